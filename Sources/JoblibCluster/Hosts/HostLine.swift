// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// A line that a host writes to its standard error: for people, and for whoever keeps the host and does more for it as it goes.
///
/// Both ends use this type, so that a word that is changed here is changed at both.
package enum HostLine: Equatable, Sendable {
    /// It is a host, and coordinators dial in there.
    case listening(at: String, Offer)

    /// It is a host, and dials a coordinator there.
    case dialling(String, Offer)

    /// It has a coordinator.
    case serves(String, at: String)

    /// It has it no longer.
    case leaves(String, reason: String)

    /// A coordinator that has another build of the program was turned away, or, at an address, has turned it away.
    case otherBuild(at: String?, reason: String)

    /// What is for people alone.
    case other(String)

    /// What a host has, and what lets others in.
    package struct Offer: Equatable, Sendable {
        package var workers: Int
        package var credentials: String

        package init(workers: Int, credentials: String) {
            self.workers = workers
            self.credentials = credentials
        }

        fileprivate var text: String {
            "\(self.workers) \(self.workers == 1 ? "worker" : "workers"), \(self.credentials)"
        }

        fileprivate init?(_ text: Substring) {
            guard let (head, credentials) = text.split(at: ", "), let (count, unit) = head.split(at: " "),
                let workers = Int(count), unit == "worker" || unit == "workers"
            else { return nil }
            self.init(workers: workers, credentials: String(credentials))
        }
    }

    /// What lines begin with.
    private enum Words {
        static let host = "joblib host: "
        static let listening = "listening at "
        static let dialling = "dialling "
        static let serving = "works for "
        static let leaving = "no longer works for "
        static let turnedAway = "turned away: "

        /// The refusal of another build itself, which both ends are told.
        static let otherBuild = "another build of the program: "
    }

    /// Why somebody was turned away.
    ///
    /// - Parameters:
    ///   - reason: What both ends are told.
    ///   - address: Where this host has dialled; `nil`: it was dialled.
    /// - Returns: The line that says so.
    package static func refusal(_ reason: String, at address: String?) -> HostLine {
        if reason.hasPrefix(Words.otherBuild) { return .otherBuild(at: address, reason: reason) }
        return .other("\(address.map { "\($0): " } ?? Words.turnedAway)\(reason)")
    }

    /// The line, without its end.
    package var text: String {
        let text =
            switch self {
            case .listening(let address, let offer): "\(Words.listening)\(address) with \(offer.text)"
            case .dialling(let address, let offer): "\(Words.dialling)\(address) with \(offer.text)"
            case .serves(let coordinator, let address): "\(Words.serving)\(coordinator) at \(address)"
            case .leaves(let coordinator, let reason): "\(Words.leaving)\(coordinator): \(reason)"
            case .otherBuild(let address, let reason): "\(address.map { "\($0): " } ?? Words.turnedAway)\(reason)"
            case .other(let text): text
            }
        return Words.host + text
    }

    /// Reads a line.
    ///
    /// - Parameter line: Without its end; `nil` for one that is not a host's own, such as what a task prints.
    package init?(_ line: String) {
        guard line.hasPrefix(Words.host) else { return nil }
        let text = line.dropFirst(Words.host.count)
        self = Self.announcement(text) ?? Self.service(text) ?? Self.refusal(text) ?? .other(String(text))
    }

    private static func announcement(_ text: Substring) -> HostLine? {
        let isListening = text.hasPrefix(Words.listening)
        guard isListening || text.hasPrefix(Words.dialling) else { return nil }
        let rest = text.dropFirst((isListening ? Words.listening : Words.dialling).count)
        guard let (address, end) = rest.split(at: " with "), !address.contains(" "), let offer = Offer(end) else {
            return nil
        }
        return isListening ? .listening(at: String(address), offer) : .dialling(String(address), offer)
    }

    private static func service(_ text: Substring) -> HostLine? {
        if text.hasPrefix(Words.serving) {
            // Addresses have no spaces, and names may.
            let rest = text.dropFirst(Words.serving.count)
            guard let space = rest.lastIndex(of: " "), rest[..<space].hasSuffix(" at") else { return nil }
            return .serves(String(rest[..<space].dropLast(3)), at: String(rest[space...].dropFirst()))
        }
        guard text.hasPrefix(Words.leaving),
            let (coordinator, reason) = text.dropFirst(Words.leaving.count).split(at: ": ")
        else { return nil }
        return .leaves(String(coordinator), reason: String(reason))
    }

    private static func refusal(_ text: Substring) -> HostLine? {
        let isTurnedAway = text.hasPrefix(Words.turnedAway)
        if isTurnedAway {
            let reason = text.dropFirst(Words.turnedAway.count)
            return reason.hasPrefix(Words.otherBuild) ? .otherBuild(at: nil, reason: String(reason)) : nil
        }
        guard let (address, reason) = text.split(at: ": "), !address.contains(" "), reason.hasPrefix(Words.otherBuild)
        else { return nil }
        return .otherBuild(at: String(address), reason: String(reason))
    }
}

extension Substring {
    /// What stands in front of the first occurrence of a separator, and behind it; `nil` where there is none.
    fileprivate func split(at separator: String) -> (Substring, Substring)? {
        guard let range = self.firstRange(of: separator) else { return nil }
        return (self[..<range.lowerBound], self[range.upperBound...])
    }
}
