// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

public import JoblibCore

/// One claim about a backend, and how to find out whether it holds.
///
/// Cases are data: filter them, count them, hand them to a test framework as arguments.
public struct ConformanceCase: Sendable, CustomStringConvertible {
    /// What a backend must be able to do for a case to make sense.
    public struct Needs: OptionSet, Sendable, Hashable {
        /// One bit for each ability.
        public let rawValue: Int

        /// Makes a set of abilities.
        public init(rawValue: Int) {
            self.rawValue = rawValue
        }

        /// Closures reach the workers.
        public static let closures = Needs(rawValue: 1)

        /// What tasks write to memory the caller sees.
        public static let sharedMemory = Needs(rawValue: 2)

        /// There are workers beside the calling thread.
        public static let workers = Needs(rawValue: 4)

        /// The number of workers may change while a session is open.
        public static let elasticity = Needs(rawValue: 8)

        /// Workers whose process may end without harm to others.
        public static let crashes = Needs(rawValue: 16)

        /// Workers that see bytes only.
        public static let bytesOnly = Needs(rawValue: 32)

        /// The abilities in words.
        public var names: [String] {
            [
                (.closures, "closures"), (.sharedMemory, "shared memory"), (.workers, "workers"),
                (.elasticity, "elastic workers"), (.crashes, "processes that may crash"),
                (.bytesOnly, "workers that see bytes only"),
            ]
            .filter { self.contains($0.0) }
            .map { (_: Needs, name: String) in name }
        }
    }

    /// What cases have in common; the first part of an ``id``.
    public struct Family: Hashable, Sendable, CustomStringConvertible {
        /// The name, such as `"errors"`.
        public let description: String

        init(_ name: String) {
            self.description = name
        }
    }

    /// What tells the case from every other one, such as `"errors/blame"`.
    public let id: String

    /// The family that it belongs to.
    public let family: Family

    /// What holds when it passes, as a sentence.
    public let claim: String

    /// The numbers in `docs/backend-contract.md` that it is about.
    public let obligations: [Int]

    /// What it needs of a backend.
    public let needs: Needs

    /// How long it may take; on a slow machine it may be given more.
    public var timeLimit: Duration

    /// Whether it needs a process of its own, since others do things meanwhile in one that runs tests.
    public let isIsolated: Bool

    let body: @Sendable (ConformanceSubject) throws -> Void

    init(
        _ family: Family,
        _ name: String,
        _ claim: String,
        _ obligations: [Int],
        needs: Needs = [.closures],
        timeLimit: Duration = .seconds(30),
        isIsolated: Bool = false,
        _ body: @escaping @Sendable (ConformanceSubject) throws -> Void
    ) {
        self.id = "\(family)/\(name)"
        self.family = family
        self.claim = claim
        self.obligations = obligations
        self.needs = needs
        self.timeLimit = timeLimit
        self.isIsolated = isIsolated
        self.body = body
    }

    /// The id and the claim.
    public var description: String { "\(self.id): \(self.claim)" }

    /// The numbers in words.
    var citation: String { "obligations \(self.obligations.map(String.init).joined(separator: ", "))" }

    /// Returns what the case needs and a backend with some capabilities cannot give; empty: the case applies.
    public func missing(in capabilities: BackendCapabilities) -> Needs {
        var abilities: Needs = []
        if capabilities.reach == .sameMemory { abilities.formUnion([.closures, .sharedMemory]) }
        if capabilities.reach == .forkedCopy { abilities.formUnion([.closures, .crashes]) }
        if capabilities.reach == .elsewhere { abilities.insert(.bytesOnly) }
        if capabilities.survivesCrashes { abilities.insert(.crashes) }
        if capabilities.hasWorkers { abilities.insert(.workers) }
        if capabilities.isElastic { abilities.insert(.elasticity) }
        return self.needs.subtracting(abilities)
    }

    /// Returns the cases that apply to a backend, in the order of the families.
    ///
    /// - Parameter backend: The backend.
    /// - Returns: All but those whose ``needs`` its capabilities do not meet; all, when it cannot be made, since each
    ///   will say why.
    public static func applicable(to backend: (some BackendUnderTest).Type) -> [ConformanceCase] {
        guard let capabilities = try? backend.capabilities() else { return self.all }
        return self.all.filter { $0.missing(in: capabilities).isEmpty }
    }
}
