// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import Joblib
import Testing

@Suite("Generators", .timeLimit(.minutes(1)))
struct GeneratorsTests {
    /// Takes everything that is left of a stream.
    private func drain<Output>(_ results: ParallelResults<Output>) throws -> [Output] {
        var outputs: [Output] = []
        while let output = try results.next() { outputs.append(output) }
        return outputs
    }

    @Test("In order by default, every output once", arguments: LoopCase.all, [0, 1, 2, 300])
    func ordered(_ loop: LoopCase, _ count: Int) throws {
        let tasks = (0..<count).map { index in delayed { index } }
        #expect(try drain(loop.parallel()(tasks, returnAs: .generator)) == Array(0..<count))
        #expect(try drain(loop.parallel(batchSize: 7)(tasks, returnAs: .generator)) == Array(0..<count))
        #expect(try drain(loop.parallel()(tasks, returnAs: .generatorUnordered)).sorted() == Array(0..<count))
    }

    @Test("Unordered results come as they are done, ordered ones wait for their turn")
    func completionOrder() throws {
        let gate = Gate()
        let tasks = (0..<3)
            .map { index in
                delayed { () throws -> Int in
                    if index == 0 { try gate.pass() }
                    return index
                }
            }
        let unordered = try Parallel(nJobs: 2)(tasks, returnAs: .generatorUnordered)
        let early = [try unordered.next(), try unordered.next()]
        gate.open()
        #expect(Set(early) == [1, 2])
        #expect(try drain(unordered) == [0])
    }

    @Test("A consumer that stops stops the input, preDispatch ahead", arguments: [1, 2, 4])
    func backPressure(_ nJobs: Int) throws {
        let (reads, taken) = (Tally(), Tally())
        let farthest = Monitor(0)
        let tasks = (0..<500).map { index in delayed { index } }
        let results = try Parallel(nJobs: nJobs)(
            CountedReads(tasks: tasks, reads: reads, taken: taken, farthest: farthest),
            returnAs: .generator
        )
        while try results.next() != nil { taken.add() }
        #expect(reads.count == 500)
        // One result may have been taken and not been counted yet.
        #expect(farthest.value <= 2 * nJobs + 1)
    }

    @Test("A failure is thrown in its place, and ends the stream", arguments: LoopCase.all)
    func failure(_ loop: LoopCase) throws {
        let tasks = (0..<10).map { index in delayed { if index == 4 { throw Mishap() } } }
        let results = try loop.parallel(preDispatch: 1)(tasks, returnAs: .generator)
        var taken = 0
        let failed = try taskFailure { while try results.next() != nil { taken += 1 } }
        #expect(failed.index == 4)
        #expect(taken == 4)
        #expect(try results.next() == nil)
    }

    @Test("Releasing the last copy cancels what is left", arguments: LoopCase.threaded)
    func dropped(_ loop: LoopCase) throws {
        let (started, cancelled) = (Tally(), Tally())
        do {
            let tasks = (0..<1000)
                .map { index in
                    delayed {
                        started.add()
                        if index == 0 { return }
                        while TaskContext.current?.isCancelled == false { sched_yield() }
                        cancelled.add()
                    }
                }
            let results = try loop.parallel()(tasks, returnAs: .generator)
            let copy = results
            _ = try copy.next()
        }
        try Parallel(nJobs: 4).forEach(0..<100) { _ in }
        try cancelled.reach(started.count - 1)
        #expect(started.count <= 1 + 2 * loop.nJobs)
    }

    @Test("Asynchronous code takes the same results")
    func asynchronous() async throws {
        let tasks = (0..<200).map { index in delayed { index } }
        var outputs: [Int] = []
        for try await output in try Parallel(nJobs: 4).run(tasks, returnAs: .generator) { outputs.append(output) }
        #expect(outputs == Array(0..<200))
    }

    @Test("results as a stream keeps going", arguments: LoopCase.all)
    func results(_ loop: LoopCase) throws {
        let tasks = (0..<50)
            .map { index in
                delayed { () throws -> Int in
                    if index.isMultiple(of: 5) { throw Mishap() }
                    return index
                }
            }
        let outcomes = try drain(loop.parallel().results(tasks, returnAs: .generator))
        #expect(outcomes.map { try? $0.get() } == (0..<50).map { $0.isMultiple(of: 5) ? nil : $0 })
    }
}

/// Tasks that note how far they are read ahead of the results that were taken.
private struct CountedReads: Sequence, IteratorProtocol, Sendable {
    let tasks: [Delayed<Int>]
    let reads: Tally
    let taken: Tally
    let farthest: Monitor<Int>
    private var position = 0

    init(tasks: [Delayed<Int>], reads: Tally, taken: Tally, farthest: Monitor<Int>) {
        self.tasks = tasks
        self.reads = reads
        self.taken = taken
        self.farthest = farthest
    }

    mutating func next() -> Delayed<Int>? {
        guard self.position < self.tasks.count else { return nil }
        defer { self.position += 1 }
        let ahead = self.reads.add() - self.taken.count
        self.farthest.update { $0 = Swift.max($0, ahead) }
        return self.tasks[self.position]
    }
}
