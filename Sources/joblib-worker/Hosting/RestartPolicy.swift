// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Whether a host that has ended is started again, and when.
struct RestartPolicy {
    /// How a run of the program has ended.
    struct Run: Equatable {
        /// Its status; `nil` when a signal ended it.
        var exitCode: Int32?
        var signal: Int32?

        /// Whether it has said that it listens or dials.
        var isAnnounced: Bool

        /// For how long it has run, in nanoseconds.
        var duration: UInt64

        /// What is shown of it.
        var text: String {
            if let signal = self.signal { return "was ended by signal \(signal)" }
            return "ended with status \(self.exitCode ?? 0)"
        }
    }

    enum Decision: Equatable {
        /// It is started again after so many nanoseconds.
        case restart(after: UInt64)

        /// It is not: with what status this program ends, and why, for people.
        case giveUp(status: Int32, String)
    }

    /// How long the second restart in a row waits, and the longest one.
    private static let firstWait: UInt64 = 250_000_000
    private static let longestWait: UInt64 = 30_000_000_000

    /// A run that lasts so long is no failure to begin, so that the next restart is the first in a row again.
    private static let longRun: UInt64 = 60_000_000_000

    /// How often in a row a program may end before it has said that it is a host.
    static let largestSilentCount = 3

    private var restarts = 0
    private var silentCount = 0

    /// Decides about a run that has ended, and that nobody had asked to.
    mutating func decide(after run: Run, program: String) -> Decision {
        switch run.exitCode {
        case ExitStatus.configuration:
            return .giveUp(
                status: ExitStatus.configuration,
                "'\(program)' cannot be the host that it was asked to be, and says above why; it is not started again"
            )
        case ExitStatus.unavailable where !run.isAnnounced:
            return .giveUp(
                status: ExitStatus.unavailable,
                "'\(program)' serves no other machines; build it with JoblibTCP, and the trait TCP of swift-joblib"
            )
        case 0 where !run.isAnnounced:
            return .giveUp(status: ExitStatus.configuration, Self.ownMain(program, "has run its own main, and ended"))
        default: break
        }
        self.silentCount = run.isAnnounced ? 0 : self.silentCount + 1
        if self.silentCount >= Self.largestSilentCount {
            return .giveUp(
                status: ExitStatus.configuration,
                "'\(program)' \(run.text), \(self.silentCount) times in a row, and never said that it is a host; look at what it has "
                    + "written: its start fails, or it does not link JoblibTCP, which makes it a host before its main"
            )
        }
        if run.isAnnounced, run.duration >= Self.longRun { self.restarts = 0 }
        defer { self.restarts += 1 }
        guard self.restarts > 0 else { return .restart(after: 0) }
        return .restart(after: min(Self.firstWait << UInt64(min(self.restarts - 1, 16)), Self.longestWait))
    }

    /// What is said of a program that is no host.
    static func ownMain(_ program: String, _ what: String) -> String {
        "'\(program)' \(what); it has to link JoblibTCP, which then makes it a host before its main"
    }
}
