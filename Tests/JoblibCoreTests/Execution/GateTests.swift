// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibPOSIX
import Synchronization
import Testing

@testable import JoblibCore

struct GateTests {
    @Test("Nobody enters a gate that was closed while empty")
    func lateComer() {
        let gate = SharedGate()
        #expect(gate.closeIfEmpty() == .completed)
        #expect(!gate.enter())
        #expect(gate.isCompleted)
    }

    @Test("A gate with somebody inside does not close by itself")
    func occupied() {
        let gate = SharedGate()
        #expect(gate.enter())
        #expect(gate.closeIfEmpty() == .open)
        #expect(gate.enter())
        #expect(!gate.isEmpty)
    }

    @Test("The last one out closes the gate when nothing is left to do")
    func lastOut() {
        let gate = SharedGate()
        _ = gate.enter()
        _ = gate.enter()
        #expect(gate.leave { true } == .open)
        #expect(gate.leave { true } == .completed)
        #expect(!gate.enter())
    }

    @Test("The gate stays open for others while something is left to do")
    func workLeft() {
        let gate = SharedGate()
        _ = gate.enter()
        #expect(gate.leave { false } == .open)
        #expect(gate.isEmpty)
        #expect(!gate.isCompleted)
        #expect(gate.enter())
    }

    @Test("Closing lets those inside finish, and the last of them completes")
    func closingOccupied() {
        let gate = SharedGate()
        _ = gate.enter()
        _ = gate.enter()
        #expect(gate.close() == .open)
        #expect(!gate.enter())
        #expect(gate.leave { false } == .open)
        #expect(!gate.isCompleted)
        #expect(gate.leave { false } == .completed)
        #expect(gate.isCompleted)
    }

    @Test("Closing an empty gate completes it, once")
    func closingTwice() {
        let gate = SharedGate()
        #expect(gate.close() == .completed)
        #expect(gate.close() == .open)
        #expect(gate.closeIfEmpty() == .open)
    }

    @Test("Of many threads exactly one completes, with nobody inside and nobody after", .timeLimit(.minutes(1)))
    func race() async throws {
        let threads = 4
        let rounds = (0..<2000).map { _ in Round() }
        try await onThreads(threads) { number in
            for (position, round) in rounds.enumerated() {
                round.meet(threads)
                // Who closes takes turns; the others come, go and come again.
                if number == position % threads {
                    round.note(round.gate.close())
                } else {
                    for _ in 0..<3 where round.gate.enter() { round.stay(isOver: position.isMultiple(of: 3)) }
                }
            }
        }
        #expect(rounds.allSatisfy { $0.completions.load(ordering: .relaxed) == 1 })
        #expect(rounds.allSatisfy { $0.trespasses.load(ordering: .relaxed) == 0 })
        #expect(rounds.allSatisfy { $0.isClosed })
    }
}

/// A gate that `#expect` can look at: the macro copies what it looks at.
private final class SharedGate: Sendable {
    private let gate = Gate()

    var isEmpty: Bool { self.gate.isEmpty }
    var isCompleted: Bool { self.gate.isCompleted }

    func enter() -> Bool { self.gate.enter() }

    func leave(isOver: () -> Bool) -> Gate.Departure { self.gate.leave(isOver: isOver) }

    func close() -> Gate.Departure { self.gate.close() }

    func closeIfEmpty() -> Gate.Departure { self.gate.closeIfEmpty() }
}

/// One gate, and what several threads have found out about it.
private final class Round: Sendable {
    let gate = Gate()
    let completions = Atomic<Int>(0)

    /// How often somebody was inside of a completed gate.
    let trespasses = Atomic<Int>(0)

    private let inside = Atomic<Int>(0)
    private let here = Atomic<Int>(0)

    /// Spins until all threads have come to this round.
    func meet(_ count: Int) {
        self.here.wrappingAdd(1, ordering: .acquiringAndReleasing)
        while self.here.load(ordering: .acquiring) < count { SpinWait.aMoment() }
    }

    func stay(isOver: Bool) {
        self.inside.wrappingAdd(1, ordering: .sequentiallyConsistent)
        if self.completions.load(ordering: .sequentiallyConsistent) > 0 { self.trespass() }
        self.inside.wrappingSubtract(1, ordering: .sequentiallyConsistent)
        self.note(self.gate.leave { isOver })
    }

    func note(_ departure: Gate.Departure) {
        guard departure == .completed else { return }
        self.completions.wrappingAdd(1, ordering: .sequentiallyConsistent)
        if self.inside.load(ordering: .sequentiallyConsistent) != 0 { self.trespass() }
    }

    var isClosed: Bool { self.gate.isCompleted && !self.gate.enter() }

    private func trespass() {
        self.trespasses.wrappingAdd(1, ordering: .relaxed)
    }
}
