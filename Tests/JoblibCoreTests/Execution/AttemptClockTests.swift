// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibPOSIX
import Synchronization
import Testing

@testable import JoblibCore

struct AttemptClockTests {
    @Test("A clock that was not started says nothing")
    func idle() {
        let clock = SharedClock()
        #expect(clock.startedAt == nil)
        #expect(!clock.wasAbandoned)
    }

    @Test("A running clock says when it was started, a stopped one nothing")
    func running() {
        let clock = SharedClock()
        let before = MonotonicClock.now
        let start = clock.start()
        #expect(start >= before && start <= MonotonicClock.now)
        #expect(clock.startedAt == start)
        #expect(clock.stop(started: start))
        #expect(clock.startedAt == nil)
        #expect(!clock.wasAbandoned)
    }

    @Test("An attempt that has returned cannot be abandoned")
    func stoppedFirst() {
        let clock = SharedClock()
        let start = clock.start()
        #expect(clock.stop(started: start))
        #expect(!clock.abandon(started: start))
        #expect(!clock.wasAbandoned)
    }

    @Test("An attempt that was abandoned cannot return")
    func abandonedFirst() {
        let clock = SharedClock()
        let start = clock.start()
        #expect(clock.abandon(started: start))
        #expect(clock.wasAbandoned)
        #expect(clock.startedAt == nil)
        #expect(!clock.stop(started: start))
    }

    @Test("An earlier attempt's start says nothing about the one at work")
    func staleStart() {
        let clock = SharedClock()
        let first = clock.start()
        _ = clock.stop(started: first)
        var second = clock.start()
        while second == first {
            _ = clock.stop(started: second)
            second = clock.start()
        }
        #expect(!clock.abandon(started: first))
        #expect(clock.startedAt == second)
    }

    @Test("Of a return and an abandonment at once exactly one wins", .timeLimit(.minutes(1)))
    func race() async throws {
        let rounds = (0..<5000).map { _ in Round() }
        try await onThreads(2) { number in
            for round in rounds {
                round.meet()
                let start = round.start
                let hasWon = number == 0 ? round.clock.stop(started: start) : round.clock.abandon(started: start)
                if hasWon { round.winners.wrappingAdd(1, ordering: .relaxed) }
            }
        }
        #expect(rounds.allSatisfy { $0.winners.load(ordering: .relaxed) == 1 })
    }
}

/// A clock that `#expect` can look at: the macro copies what it looks at.
private final class SharedClock: Sendable {
    private let clock = AttemptClock()

    var startedAt: UInt64? { self.clock.startedAt }
    var wasAbandoned: Bool { self.clock.wasAbandoned }

    func start() -> UInt64 { self.clock.start() }
    func stop(started: UInt64) -> Bool { self.clock.stop(started: started) }
    func abandon(started: UInt64) -> Bool { self.clock.abandon(started: started) }
}

private final class Round: Sendable {
    let clock: SharedClock
    let start: UInt64
    let winners = Atomic<Int>(0)
    private let here = Atomic<Int>(0)

    init() {
        self.clock = SharedClock()
        self.start = self.clock.start()
    }

    func meet() {
        self.here.wrappingAdd(1, ordering: .acquiringAndReleasing)
        while self.here.load(ordering: .acquiring) < 2 { SpinWait.aMoment() }
    }
}
