// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX
import Synchronization

/// When the attempt at work began, and who may say how it ended: the thread that runs it or the watchdog, never both.
final class AttemptClock: Sendable {
    private static let idle: UInt64 = 0
    private static let abandoned: UInt64 = 1

    // Idle, abandoned, or the start in nanoseconds, which on a machine that is up is above both.
    //
    // Releasing at the start, acquiring at the end: who wins the exchange sees what the other wrote before.
    private let state = Atomic<UInt64>(AttemptClock.idle)

    /// Starts the clock and returns its reading.
    func start() -> UInt64 {
        let now = max(MonotonicClock.now, 2)
        self.state.store(now, ordering: .releasing)
        return now
    }

    /// Stops the clock; `false` when the watchdog was faster.
    func stop(started: UInt64) -> Bool {
        self.exchange(started, for: Self.idle)
    }

    /// Takes the attempt away from its thread; `false` when the thread was faster.
    func abandon(started: UInt64) -> Bool {
        self.exchange(started, for: Self.abandoned)
    }

    /// When the attempt at work began; `nil` when there is none.
    var startedAt: UInt64? {
        let state = self.state.load(ordering: .acquiring)
        return state > Self.abandoned ? state : nil
    }

    var wasAbandoned: Bool { self.state.load(ordering: .acquiring) == Self.abandoned }

    private func exchange(_ expected: UInt64, for desired: UInt64) -> Bool {
        self.state.compareExchange(expected: expected, desired: desired, ordering: .acquiringAndReleasing).exchanged
    }
}
