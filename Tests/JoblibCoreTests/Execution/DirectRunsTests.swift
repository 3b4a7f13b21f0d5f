// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import JoblibCore

struct DirectRunsTests {
    /// Rounds of so many ticks each, where a microsecond has 1000.
    private static func run(_ rounds: [UInt64]) -> Bool {
        var runs = DirectRuns(now: 0, ticksPerMicrosecond: 1000)
        var now: UInt64 = 0
        for round in rounds {
            now &+= round
            runs.didRun(now: now)
        }
        return runs.areBest
    }

    private static let shortOnes = [UInt64](repeating: 500, count: 16)

    @Test("Sixteen short rounds in a row make it best, fewer do not")
    func begins() {
        #expect(Self.run(Self.shortOnes))
        #expect(!Self.run(Self.shortOnes.dropLast()))
        #expect(!Self.run(Self.shortOnes.dropLast() + [2000, 500]))
    }

    @Test("A long round ends it, and so do two of sixteen that are not short; one of them alone does not")
    func ends() {
        #expect(Self.run(Self.shortOnes + [2000]))
        #expect(Self.run(Self.shortOnes + [2000] + Self.shortOnes + [2000]))
        #expect(!Self.run(Self.shortOnes + [2000, 2000]))
        #expect(!Self.run(Self.shortOnes + [2000, 500, 2000]))
        #expect(!Self.run(Self.shortOnes + [25_000]))
    }

    @Test("A counter that goes back counts as a long round")
    func backwards() {
        #expect(!Self.run(Self.shortOnes + [0 &- 300]))
    }

    @Test("Whoever knows already need not find out")
    func begun() {
        var runs = DirectRuns.begun(now: 5, ticksPerMicrosecond: 1000)
        #expect(runs.areBest)
        runs.didRun(now: 10_000)
        #expect(runs.areBest)
        runs.didRun(now: 20_000)
        #expect(!runs.areBest)
    }

    @Test("A phase is one word", arguments: [0, 1, 12_345, Int.max >> 3])
    func phase(index: Int) {
        for kind in [DirectPhase.Kind.off, .reserved, .changing, .idle, .running, .handedOver] {
            let phase = DirectPhase(kind, index)
            #expect(phase.kind == kind)
            #expect(phase.index == index)
        }
    }
}
