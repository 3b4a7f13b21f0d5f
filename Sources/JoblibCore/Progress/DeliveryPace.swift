// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// How fast an observer is, and whether it is worth waiting for; times in nanoseconds.
struct DeliveryPace: Sendable {
    /// What is waited for.
    enum Patience: Sendable {
        /// What takes little time: an observer that keeps up needs far less.
        case brief

        /// All of it, unless one delivery does not end: what is printed is the library's own business.
        case whileMoving
    }

    /// How often whoever waits asks again.
    static let interval: UInt64 = 10_000_000

    private static let limit: UInt64 = 200_000_000

    /// For how long at most where the expectation is good all the time, as on a machine that has other things to do.
    private static let longest: UInt64 = 1_000_000_000

    let delivered: Int

    /// What one delivery takes of late.
    let mean: UInt64

    /// When the delivery at work began; 0: none is.
    let currentStart: UInt64

    /// Returns the mean after another delivery: what was eight deliveries ago counts about a third.
    ///
    /// One that takes long among others that do not tells of a busy machine, so each counts as a few usual ones at most.
    static func mean(_ mean: UInt64, _ latest: UInt64) -> UInt64 {
        mean - mean / 8 + min(latest, max(4 * mean, 20_000)) / 8
    }

    func isWorthWaiting(for goal: Int, since start: UInt64, now: UInt64, _ patience: Patience) -> Bool {
        guard self.delivered < goal else { return false }
        let current = self.currentStart == 0 ? 0 : now - min(self.currentStart, now)
        guard current < Self.limit else { return false }
        // Nothing moves where no thread can be had.
        if patience == .whileMoving { return self.currentStart != 0 || now - min(start, now) < Self.longest }
        let (rest, overflow) = self.mean.multipliedReportingOverflow(by: UInt64(goal - self.delivered - 1))
        return !overflow && rest < Self.limit && now - min(start, now) < Self.longest
    }
}
