// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Joblib
import Testing

@Suite("seed", .timeLimit(.minutes(1)))
struct SeedsTests {
    /// The first numbers of the task that asks.
    @Sendable
    private static func draw() -> [UInt64] {
        guard let generator = TaskContext.current?.randomNumberGenerator else { return [] }
        return (0..<3).map { _ in generator.next() }
    }

    @Test("A seed gives the same numbers for any nJobs, batch size, backend and form")
    func sameForAll() throws {
        let task = delayed { Self.draw() }
        let expected = try Parallel(seed: 42).map(0..<100) { _ in Self.draw() }
        #expect(Set(expected.flatMap { $0 }).count == 300)
        for loop in LoopCase.all {
            for batchSize in [BatchSize.auto, 1, 7, 1000] {
                let parallel = loop.parallel(batchSize: batchSize, seed: 42)
                #expect(try parallel.map(0..<100) { _ in Self.draw() } == expected)
                #expect(try parallel(Array(repeating: task, count: 100)) == expected)
                #expect(try parallel(repeatElement(task, count: 100)) == expected)
                #expect(try parallel.results(Array(repeating: task, count: 100)).map { try $0.get() } == expected)
            }
        }
    }

    @Test("The asynchronous forms draw the same numbers")
    func asynchronous() async throws {
        let task = delayed { Self.draw() }
        let parallel = Parallel(nJobs: 4, seed: 42)
        let expected = try await parallel.run(Array(repeating: task, count: 50))
        #expect(expected == (try drawInOrder(seed: 42)))
        #expect(try await parallel.map(0..<50) { _ in Self.draw() } == expected)
        #expect(try await parallel.run(repeatElement(task, count: 50)) == expected)
        let bodies = try await parallel.map(0..<50) { _ in
            await Task.yield()
            return Self.draw()
        }
        #expect(bodies == expected)
    }

    private func drawInOrder(seed: UInt64) throws -> [[UInt64]] {
        try Parallel(backend: "sequential", seed: seed).map(0..<50) { _ in Self.draw() }
    }

    @Test("A time limit, retries and an observer change no number")
    func supervised() throws {
        let expected = try Parallel(seed: 5).map(0..<50) { _ in Self.draw() }
        let parallel = Parallel(nJobs: 4, progress: .observer { _ in }, timeout: .seconds(60), seed: 5, retries: 1)
        #expect(try parallel.map(0..<50) { _ in Self.draw() } == expected)
    }

    @Test("Different seeds give different numbers, 0 among them")
    func differentSeeds() throws {
        let numbers = try [0, 1, 2, UInt64.max]
            .map { seed in try Parallel(seed: seed).map(0..<10) { _ in Self.draw() } }
        #expect(Set(numbers.joined().joined()).count == 120)
    }

    @Test("Two readers in one task never get the same numbers", arguments: LoopCase.all)
    func twoReaders(_ loop: LoopCase) throws {
        let numbers = try loop.parallel(seed: 1)
            .map(0..<20) { _ in
                let (first, second) = (TaskContext.current, TaskContext.current)
                return [first, second, first, second].compactMap { $0?.randomNumberGenerator.next() }
            }
        #expect(numbers.allSatisfy { Set($0).count == 4 })
    }

    @Test("Without a seed every call has its own, which its started event reports", arguments: LoopCase.all)
    func unset(_ loop: LoopCase) throws {
        let calls = try (0..<2)
            .map { _ in
                let recorder = Recorder<ParallelEvent>()
                let numbers = try parallelConfig(progress: .observer { recorder.note($0) }) {
                    try loop.parallel().map(0..<20) { _ in Self.draw() }
                }
                let seed = try #require(recorder.all.first { $0.kind == .started }?.rootSeed)
                #expect(try Parallel(seed: seed).map(0..<20) { _ in Self.draw() } == numbers)
                return numbers
            }
        #expect(calls[0] != calls[1])
    }

    @Test("A given seed is the one that is reported")
    func reported() throws {
        let recorder = Recorder<ParallelEvent>()
        try Parallel(nJobs: 2, progress: .observer { recorder.note($0) }, seed: 77).forEach(0..<3) { _ in }
        #expect(recorder.all.first?.rootSeed == 77)
    }

    @Test("Loops inside of a loop with a seed are reproducible, for any nJobs")
    func nested() throws {
        let runs = try LoopCase.all.map { loop in
            try loop.parallel(seed: 3)
                .map(0..<6) { _ in
                    // Two calls in one task, and a draw between them.
                    let first = try Parallel(nJobs: 2).map(0..<4) { _ in Self.draw() }
                    let own = Self.draw()
                    let second = try Parallel(nJobs: 2).map(0..<4) { _ in Self.draw() }
                    return first + [own] + second
                }
        }
        #expect(Set(runs).count == 1)
        #expect(Set(runs[0].joined().joined()).count == 6 * 9 * 3)
    }

    @Test("A seed in the scope around a loop reaches the loops inside of its tasks")
    func scopeReachesNested() throws {
        let runs = try (0..<2)
            .map { _ in
                try parallelConfig(seed: 8) {
                    try Parallel(nJobs: 4).map(0..<4) { _ in try Parallel(nJobs: 2).map(0..<2) { _ in Self.draw() } }
                }
            }
        #expect(runs[0] == runs[1])
    }
}
