// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import JoblibCore

@Suite(.timeLimit(.minutes(1)))
struct DeliveryPaceTests {
    private static let millisecond: UInt64 = 1_000_000

    /// An observer that has needed so many milliseconds for each of so many events.
    private func pace(_ count: Int, each milliseconds: UInt64) -> DeliveryPace {
        DeliveryPace(delivered: count, spent: UInt64(count) * milliseconds * Self.millisecond, currentStart: 0)
    }

    @Test("One that keeps up is waited for, one that needs long for the rest is not")
    func expectation() {
        #expect(self.pace(10, each: 1).isWorthWaiting(for: 110, since: 0, now: 0))
        #expect(!self.pace(10, each: 1).isWorthWaiting(for: 510, since: 0, now: 0))
        #expect(!self.pace(10, each: 100).isWorthWaiting(for: 14, since: 0, now: 0))
        #expect(self.pace(0, each: 0).isWorthWaiting(for: 1_000_000, since: 0, now: 0))
    }

    @Test("Nobody waits when everything is there")
    func nothingPending() {
        #expect(!self.pace(10, each: 1).isWorthWaiting(for: 10, since: 0, now: 0))
    }

    @Test("One event that takes longer than a fifth of a second ends the wait")
    func stuck() {
        let pace = DeliveryPace(delivered: 10, spent: 10 * Self.millisecond, currentStart: 100 * Self.millisecond)
        #expect(pace.isWorthWaiting(for: 11, since: 100 * Self.millisecond, now: 299 * Self.millisecond))
        #expect(!pace.isWorthWaiting(for: 11, since: 100 * Self.millisecond, now: 301 * Self.millisecond))
    }

    @Test("Nobody waits longer than a second")
    func limit() {
        let pace = self.pace(1000, each: 1)
        #expect(pace.isWorthWaiting(for: 1001, since: 0, now: 999 * Self.millisecond))
        #expect(!pace.isWorthWaiting(for: 1001, since: 0, now: 1000 * Self.millisecond))
    }
}
