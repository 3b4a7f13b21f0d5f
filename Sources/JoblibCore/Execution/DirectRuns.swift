// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Whether a caller that alone can read runs what it reads at once, instead of handing it in for others to take.
///
/// Handing a task over costs as much as many of the shortest ones. A round that is long, or two of sixteen that are not
/// short, end it, so that the others do not go without for longer; a page fault alone looks like one that is not short.
struct DirectRuns {
    /// How many short rounds in a row show that tasks are short.
    private static let enough = 16

    /// From how many ticks on a round is not short, and from how many on it is long.
    private let notShort: UInt64
    private let long: UInt64

    private var shortRounds = 0

    /// How many rounds ago one was not short.
    private var sinceNotShort = 0
    private var lastRound: UInt64

    /// Makes the judgement of a caller that has run no task.
    ///
    /// - Parameters:
    ///   - now: A count of ticks.
    ///   - ticksPerMicrosecond: How many there are in a microsecond.
    init(now: UInt64, ticksPerMicrosecond: UInt64) {
        self.lastRound = now
        // What it takes to read a short task, to hand over two more, and to run it.
        self.notShort = ticksPerMicrosecond
        self.long = 20 * ticksPerMicrosecond
    }

    /// Makes the judgement of one that knows already that tasks are short.
    static func begun(now: UInt64, ticksPerMicrosecond: UInt64) -> DirectRuns {
        var runs = DirectRuns(now: now, ticksPerMicrosecond: ticksPerMicrosecond)
        runs.shortRounds = Self.enough
        runs.sinceNotShort = Self.enough
        return runs
    }

    /// Whether to run the next task directly.
    var areBest: Bool { self.shortRounds == Self.enough }

    /// Forgets what is known.
    mutating func startOver() { self.shortRounds = 0 }

    /// Notes that the caller has read and run a task.
    mutating func didRun(now: UInt64) {
        // A difference that wraps around, or between two processors, counts as long.
        let duration = now &- self.lastRound
        if duration <= self.notShort {
            self.shortRounds = min(self.shortRounds + 1, Self.enough)
            self.sinceNotShort += 1
        } else {
            let mayGoOn = self.areBest && duration <= self.long && self.sinceNotShort >= Self.enough
            if !mayGoOn { self.shortRounds = 0 }
            self.sinceNotShort = 0
        }
        self.lastRound = now
    }
}
