// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import JoblibPOSIX

@Suite(.timeLimit(.minutes(1)))
struct WaitWordTests {
    @Test("A count moves by one with each advance")
    func counting() {
        let word = WaitWord()
        #expect(word.count == 0)
        for count in 1...5 as ClosedRange<UInt32> {
            word.advance()
            #expect(word.count == count)
        }
    }

    @Test("A count that has moved already is not waited for", arguments: [0, 10])
    func alreadyMoved(spins: Int) {
        let word = WaitWord()
        word.advance()
        #expect(word.wait(while: 0, spins: spins))
        // Also when the deadline has passed.
        #expect(word.wait(while: 0, spins: spins, until: 0))
    }

    @Test("A wait ends at its deadline, not before", arguments: [0, 10])
    func deadline(spins: Int) {
        let word = WaitWord()
        let deadline = MonotonicClock.now + 2_000_000
        #expect(!word.wait(while: 0, spins: spins, until: deadline))
        #expect(MonotonicClock.now >= deadline)
        #expect(!word.wait(while: 0, until: deadline))
    }

    @Test("A word on which somebody slept in vain still counts and wakes")
    func afterTimeout() async throws {
        let word = WaitWord()
        #expect(!word.wait(while: 0, until: MonotonicClock.now + 1000))
        #expect(word.count == 0)
        try await onThread { word.advance() }
        #expect(word.wakes(from: 0))
        #expect(word.count == 1)
    }

    @Test("An advance wakes every sleeper", arguments: [0, 2000])
    func everySleeper(spins: Int) async throws {
        let sleepers = 6
        // Again and again: who has arrived may not sleep yet.
        for _ in 0..<20 {
            let word = WaitWord()
            let asleep = Arrivals()
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<sleepers {
                    group.addTask {
                        try await onThread {
                            asleep.arrive()
                            return word.wakes(from: 0, spins: spins)
                        }
                    }
                }
                group.addTask {
                    try await onThread {
                        asleep.wait(for: sleepers)
                        word.advance()
                        return true
                    }
                }
                for try await isWoken in group { #expect(isWoken) }
            }
        }
    }

    @Test("What was written before an advance is seen after the wait")
    func visibility() async throws {
        let word = WaitWord()
        let rounds = 2000 as UInt32
        let box = Box()
        async let reader = onThread {
            (0..<rounds)
                .allSatisfy { round in
                    // The writer goes on only when the reader has advanced: the two take turns.
                    guard word.wakes(from: 2 * round, spins: 100), box.value == round else {
                        return false
                    }
                    word.advance()
                    return true
                }
        }
        async let writer = onThread {
            (0..<rounds)
                .allSatisfy { round in
                    box.value = round
                    word.advance()
                    return word.wakes(from: 2 * round + 1, spins: 100)
                }
        }
        #expect(try await reader)
        #expect(try await writer)
    }

    @Test("Ten thousand rounds of ping-pong lose no wake-up", arguments: [0, 1, 2000])
    func pingPong(spins: Int) async throws {
        let rounds = 10_000 as UInt32
        let ping = WaitWord()
        let pong = WaitWord()
        async let server = onThread {
            (0..<rounds)
                .allSatisfy { round in
                    guard ping.wakes(from: round, spins: spins) else { return false }
                    pong.advance()
                    return true
                }
        }
        async let client = onThread {
            (0..<rounds)
                .allSatisfy { round in
                    ping.advance()
                    return pong.wakes(from: round, spins: spins)
                }
        }
        #expect(try await client)
        #expect(try await server)
        #expect(ping.count == rounds && pong.count == rounds)
    }

    @Test("Advances of many threads are all counted")
    func concurrentAdvances() async throws {
        let word = WaitWord()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask { try await onThread { for _ in 0..<5000 { word.advance() } } }
            }
            // Somebody sleeps meanwhile, so that the advances find the bit of a sleeper.
            group.addTask {
                try await onThread {
                    while word.count < 20_000, word.wakes(from: word.count) {}
                }
            }
            try await group.waitForAll()
        }
        #expect(word.count == 20_000)
    }
}

extension WaitWord {
    /// Waits out a count; `false` when that took ten seconds, as it does when the wake-up is lost.
    fileprivate func wakes(from count: UInt32, spins: Int = 0) -> Bool {
        let deadline = MonotonicClock.now + 10_000_000_000
        return self.wait(while: count, spins: spins, until: deadline) && MonotonicClock.now < deadline
    }
}

// SAFETY: one thread writes before it advances a word, the other reads after it has seen the word move.
private final class Box: @unchecked Sendable {
    var value: UInt32 = 0
}
