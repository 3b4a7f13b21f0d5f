// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX

/// Whether tasks are so short that a caller who alone can read may run some itself, as far as it knows.
@usableFromInline
struct CallerPacing {
    /// How long the others may be kept waiting for the next task, in nanoseconds.
    private static let patience: UInt64 = 1_000_000

    private var lastTask: UInt64
    private var wasLong = false

    /// Whether the caller has given up working.
    @usableFromInline
    private(set) var hasLentSeat = false

    /// Makes the judgement of a caller that has run no task.
    init(now: UInt64) {
        self.lastTask = now
    }

    /// Notes that there is nothing to do but to run a task, and returns whether the caller should.
    ///
    /// Counts the time since it was asked last, reading included: who reads slowly should not work either. Twice in a row,
    /// since a thread that was kept from its processor for a moment looks just like one with a long task.
    mutating func mayRun(now: UInt64) -> Bool {
        let isLong = now - self.lastTask > Self.patience
        self.hasLentSeat = self.hasLentSeat || (isLong && self.wasLong)
        self.wasLong = isLong
        self.lastTask = now
        return !self.hasLentSeat
    }
}
