// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Whether a worker at work that a signal has stopped is given up: the decisions.
///
/// One that is stopped and let go on within a second is left alone, as are all of them where the caller was stopped as well, and looks late.
struct Standstill {
    /// How long after one look the next is due, in nanoseconds.
    static let interval: UInt64 = 1_000_000_000

    /// After which time a look says nothing of the one before, in nanoseconds.
    private static let longestInterval = 3 * Self.interval

    private var stoppedAt: UInt64?

    /// Notes what was seen at a look.
    ///
    /// - Parameters:
    ///   - isStopped: Whether the worker was stopped.
    ///   - now: Nanoseconds of the monotonic clock.
    /// - Returns: Whether it is given up: it was so at the look before, too.
    mutating func note(isStopped: Bool, now: UInt64) -> Bool {
        let wasStopped = self.stoppedAt.map { now - min(now, $0) <= Self.longestInterval } ?? false
        self.stoppedAt = isStopped ? now : nil
        return isStopped && wasStopped
    }
}
