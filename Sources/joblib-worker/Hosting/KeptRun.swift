// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCluster

/// One run of a host's program, as whoever keeps it sees it: what is to be done about what happens; does nothing itself.
struct KeptRun {
    /// What a program is, and how long it has.
    struct Terms {
        /// Within what time it has to say that it is a host, in nanoseconds.
        var startLimit: UInt64

        /// Whether its file is one of a cache: it is told to be in use, and a coordinator of another build ends it, once it has none.
        var isCached = false
    }

    enum Action: Equatable {
        /// It is to finish what it has begun, and to end.
        case terminate

        /// It is to end at once.
        case kill

        /// It listens there, or dials.
        case note(HostLine)

        /// Its file is in use.
        case touch

        /// For people.
        case say(String)
    }

    /// Why it has ended.
    enum Ending: Equatable {
        /// This process was asked to end, so often.
        case asked(Int)

        /// Another build was wanted, and nobody was served.
        case outdated

        /// It has not said in time that it is a host.
        case late

        /// By itself.
        case died
    }

    /// For how long a host is waited for that was told to end at once, in nanoseconds.
    private static let patience: UInt64 = 1_000_000_000

    /// How often a file in use says so: more often than caches are filled.
    private static let touchPace: UInt64 = 600_000_000_000

    private let terms: Terms
    private let start: UInt64
    private var lines = LineSplitter()
    private var builds = BuildWatch()
    private var isAnnounced = false
    private var requests = 0
    private var limit: UInt64?
    private var nextTouch: UInt64?
    private var isLate = false
    private var isMakingWay = false

    init(_ terms: Terms, at start: UInt64) {
        self.terms = terms
        self.start = start
        self.limit = start + terms.startLimit
        self.nextTouch = terms.isCached ? start + Self.touchPace : nil
    }

    /// When ``passTime(at:)`` is to be called next; `nil`: never.
    var deadline: UInt64? { [self.limit, self.nextTouch].compactMap { $0 }.min() }

    /// What it has written last.
    var lastLines: [String] { self.lines.last }

    /// It has written something.
    mutating func hear(_ bytes: [UInt8]) -> [Action] {
        var actions: [Action] = []
        for line in self.lines.add(bytes).compactMap({ HostLine($0) }) {
            self.builds.note(line)
            guard line.isAnnouncement, !self.isAnnounced else { continue }
            self.isAnnounced = true
            guard self.requests == 0 else { continue }
            self.limit = nil
            actions.append(.note(line))
        }
        guard self.terms.isCached, self.builds.isOutdated, !self.isMakingWay, self.requests == 0 else { return actions }
        self.isMakingWay = true
        return actions + [.say("a coordinator has another build of the program; makes way for it"), .terminate]
    }

    /// This process is asked to end.
    mutating func request(at now: UInt64) -> [Action] {
        self.requests += 1
        if self.requests > 1 { self.limit = now + Self.patience }
        return [.terminate]
    }

    /// So late is it.
    mutating func passTime(at now: UInt64) -> [Action] {
        if let limit, now >= limit {
            self.limit = nil
            if self.requests == 0 { self.isLate = true }
            return [.kill]
        }
        guard let nextTouch, now >= nextTouch else { return [] }
        self.nextTouch = now + Self.touchPace
        return [.touch]
    }

    /// Why it has ended, once it has.
    var ending: Ending {
        if self.requests > 0 { return .asked(self.requests) }
        if self.isLate { return .late }
        return self.isMakingWay ? .outdated : .died
    }

    /// How it has ended.
    func result(exitCode: Int32?, signal: Int32?, at now: UInt64) -> RestartPolicy.Run {
        RestartPolicy.Run(
            exitCode: exitCode,
            signal: signal,
            isAnnounced: self.isAnnounced,
            duration: now - self.start
        )
    }
}

extension HostLine {
    /// Whether it says that the program is a host.
    fileprivate var isAnnouncement: Bool {
        switch self {
        case .listening, .dialling: true
        default: false
        }
    }
}
