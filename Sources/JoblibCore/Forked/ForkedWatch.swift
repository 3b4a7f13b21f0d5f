// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Until when to wait for a forked worker, and what to do then: the decisions, given the time.
struct ForkedWatch: Sendable {
    enum Action: Sendable, Equatable {
        case wait

        /// The task at work has run too long: end the worker, having found out where it is.
        case endTask

        /// The call is over and the worker is not: end it.
        case endWorker

        /// The worker waits for a lock that nobody in it holds, and has come to no task, or to none that uses the processor.
        case endStuck
    }

    /// How long a worker may go on after the call is over, for tasks that look whether they are cancelled.
    static let grace: UInt64 = 2_000_000_000

    /// How long a standstill lasts before it counts as one for ever, and how long after its birth a worker is first looked at: who
    /// stands still then and has come to no task never will.
    static let standstillLimit: UInt64 = 10_000_000_000

    private static let tick: UInt64 = 100_000_000

    private let timeLimit: UInt64?
    private let ticks: Bool
    private var stoppedAt: UInt64?
    private var hasEnded = false

    /// The standstill that was seen last, and when it was seen first.
    private var standstill: (id: Int, since: UInt64)?
    private var looksAt: UInt64

    /// Makes a watch.
    ///
    /// - Parameters:
    ///   - now: When the worker was forked.
    ///   - timeLimit: How long an attempt may take, in nanoseconds.
    ///   - ticks: Whether somebody wants to know ten times a second how far the worker is.
    init(now: UInt64, timeLimit: UInt64?, ticks: Bool) {
        self.timeLimit = timeLimit
        self.ticks = ticks
        self.looksAt = now + Self.standstillLimit
    }

    /// Says that the call is over.
    mutating func stop(now: UInt64) {
        if self.stoppedAt == nil { self.stoppedAt = now }
    }

    /// When to look again.
    ///
    /// - Parameters:
    ///   - now: The time.
    ///   - taskStart: Since when the worker is at its task; `nil` when it is at none, or nobody counts.
    /// - Returns: Nanoseconds of the monotonic clock.
    func deadline(now: UInt64, taskStart: UInt64?) -> UInt64 {
        var deadline = self.looksAt
        if self.ticks { deadline = min(deadline, now + Self.tick) }
        if self.hasEnded { return now + Self.standstillLimit }
        if let stoppedAt { deadline = min(deadline, stoppedAt + Self.grace) }
        if let timeLimit {
            deadline = min(deadline, (taskStart ?? now) + timeLimit)
        }
        return deadline
    }

    /// What to do now; each worker is ended once.
    ///
    /// - Parameters:
    ///   - now: The time.
    ///   - taskStart: Since when the worker is at its task.
    ///   - hasEntered: Whether it has come to a first task.
    ///   - standstill: Finds out what tells its standstill from others; asked seldom.
    /// - Returns: What to do.
    mutating func look(now: UInt64, taskStart: UInt64?, hasEntered: Bool, standstill: () -> Int?) -> Action {
        guard !self.hasEnded else { return .wait }
        if let stoppedAt, now >= stoppedAt + Self.grace {
            self.hasEnded = true
            return .endWorker
        }
        if let timeLimit, let taskStart, now >= taskStart + timeLimit {
            self.hasEnded = true
            return .endTask
        }
        guard now >= self.looksAt else { return .wait }
        self.looksAt = now + Self.standstillLimit
        // One that computes in its initialiser is on its way.
        guard let id = standstill() else {
            self.standstill = nil
            return .wait
        }
        if hasEntered {
            guard let seen = self.standstill, seen.id == id else {
                self.standstill = (id, now)
                return .wait
            }
        }
        self.hasEnded = true
        return .endStuck
    }
}
