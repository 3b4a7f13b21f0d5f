// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import JoblibCore

@Suite(.timeLimit(.minutes(1)))
struct DeliveryPaceTests {
    private static let millisecond: UInt64 = 1_000_000

    /// An observer that needs so many milliseconds for each event and has had ten.
    private func pace(each milliseconds: UInt64, currentStart: UInt64 = 0) -> DeliveryPace {
        DeliveryPace(
            delivered: 10,
            mean: milliseconds * Self.millisecond,
            currentStart: currentStart * Self.millisecond
        )
    }

    @Test("One that keeps up is waited for, one that needs long for the rest is not")
    func expectation() {
        #expect(self.pace(each: 1).isWorthWaiting(for: 110, since: 0, now: 0, .brief))
        #expect(!self.pace(each: 1).isWorthWaiting(for: 510, since: 0, now: 0, .brief))
        #expect(!self.pace(each: 100).isWorthWaiting(for: 14, since: 0, now: 0, .brief))
        #expect(self.pace(each: 100).isWorthWaiting(for: 14, since: 0, now: 0, .whileMoving))
    }

    @Test("What it needs of late counts, not what it needed long ago")
    func recentMean() {
        var mean: UInt64 = 100
        mean = DeliveryPace.mean(mean, 50 * Self.millisecond)
        #expect(mean < 10_000)
        for _ in 0..<60 { mean = DeliveryPace.mean(mean, 50 * Self.millisecond) }
        #expect(mean > 40 * Self.millisecond)
        for _ in 0..<300 { mean = DeliveryPace.mean(mean, 100) }
        #expect(mean < 1000)
    }

    @Test("Nobody waits when everything is there", arguments: [.brief, .whileMoving] as [DeliveryPace.Patience])
    func nothingPending(patience: DeliveryPace.Patience) {
        #expect(!self.pace(each: 1).isWorthWaiting(for: 10, since: 0, now: 0, patience))
    }

    @Test(
        "One event that takes longer than a fifth of a second ends the wait",
        arguments: [.brief, .whileMoving] as [DeliveryPace.Patience]
    )
    func stuck(patience: DeliveryPace.Patience) {
        let pace = self.pace(each: 1, currentStart: 100)
        #expect(pace.isWorthWaiting(for: 11, since: 100 * Self.millisecond, now: 299 * Self.millisecond, patience))
        #expect(!pace.isWorthWaiting(for: 11, since: 100 * Self.millisecond, now: 301 * Self.millisecond, patience))
    }

    @Test("Nobody waits longer than a second for an observer")
    func limit() {
        let pace = self.pace(each: 1)
        #expect(pace.isWorthWaiting(for: 11, since: 0, now: 999 * Self.millisecond, .brief))
        #expect(!pace.isWorthWaiting(for: 11, since: 0, now: 1000 * Self.millisecond, .brief))
        let moving = self.pace(each: 1, currentStart: 4999)
        #expect(moving.isWorthWaiting(for: 11, since: 0, now: 5000 * Self.millisecond, .whileMoving))
        #expect(!pace.isWorthWaiting(for: 11, since: 0, now: 5000 * Self.millisecond, .whileMoving))
    }
}
