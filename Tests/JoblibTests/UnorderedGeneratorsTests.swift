// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Joblib
import Testing

@Suite("Unordered generators", .timeLimit(.minutes(1)))
struct UnorderedGeneratorsTests {
    @Test("Every result comes once", arguments: LoopCase.all, [0, 1, 2, 7, 300])
    func complete(_ loop: LoopCase, _ count: Int) throws {
        for batchSize in [BatchSize.auto, 1, 3] {
            for preDispatch in [PreDispatch.all, 1, "2*n_jobs"] {
                let parallel = loop.parallel(preDispatch: preDispatch, batchSize: batchSize)
                let results = try parallel(NumberedTasks().sequence(0..<count), returnAs: .generatorUnordered)
                #expect(try results.take().sorted() == Array(0..<count))
                #expect(try results.next() == nil)
            }
        }
    }

    @Test("for try await gives the same results", arguments: LoopCase.all, [0, 1, 300])
    func suspending(_ loop: LoopCase, _ count: Int) async throws {
        let results = try loop.parallel()(NumberedTasks().sequence(0..<count), returnAs: .generatorUnordered)
        #expect(try await results.takeSuspending().sorted() == Array(0..<count))
    }

    @Test("Results come as they are ready: a slow first task holds nobody up", arguments: [2, 4, 16])
    func completionOrder(_ nJobs: Int) throws {
        let gate = Gate()
        let tasks = NumberedTasks().sequence(0..<100) { if $0 == 0 { try gate.pass() } }
        let results = try Parallel(nJobs: nJobs)(tasks, returnAs: .generatorUnordered)
        #expect(try results.take(99).sorted() == Array(1..<100))
        gate.open()
        #expect(try results.take() == [0])
    }

    @Test("A slow first task holds an ordered stream up, and its input too", arguments: [2, 4, 16])
    func orderedWaits(_ nJobs: Int) throws {
        let gate = Gate()
        let tasks = NumberedTasks()
        let results = try Parallel(nJobs: nJobs)(
            tasks.sequence(0..<1000) { if $0 == 0 { try gate.pass() } },
            returnAs: .generator
        )
        try tasks.ended.reach(2 * nJobs - 1)
        try letOthersWork()
        #expect(tasks.reads.count == 2 * nJobs)
        gate.open()
        #expect(try results.take() == Array(0..<1000))
    }

    @Test("A consumer that stops stops the input, a window after what it took", arguments: StreamsTests.Window.all)
    func backPressure(_ window: StreamsTests.Window) throws {
        let tasks = NumberedTasks()
        let results = try window.parallel()(tasks.sequence(0..<1_000_000), returnAs: .generatorUnordered)
        var taken = 0
        for batches in [0, 1, 2, 10] {
            #expect(try results.take(batches * window.tasksPerBatch).count == batches * window.tasksPerBatch)
            taken += batches * window.tasksPerBatch
            try tasks.ended.reach(taken + window.bound)
            try letOthersWork()
            #expect(tasks.reads.count == taken + window.bound)
        }
    }

    @Test("The first failure ends the stream; nothing runs afterwards", arguments: LoopCase.all)
    func failure(_ loop: LoopCase) throws {
        let tasks = NumberedTasks()
        let results =
            try loop.parallel()(
                tasks.sequence(0..<1_000_000) { if $0 == 40 { throw Mishap(number: 40) } },
                returnAs: .generatorUnordered
            )
        var outputs: [Int] = []
        let failed = try taskFailure { while let output = try results.next() { outputs.append(output) } }
        #expect(failed.index == 40)
        #expect(failed.underlyingError as? Mishap == Mishap(number: 40))
        #expect(tasks.begun.count == tasks.ended.count)
        #expect(Set(outputs).count == outputs.count)
        #expect(!outputs.contains(40))
        let reads = tasks.reads.count
        // How far the others got while the one threw is up to the scheduler; how far ahead of the consumer is not.
        #expect(reads <= outputs.count + 2 * loop.nJobs)
        #expect(try results.next() == nil)
        try letOthersWork()
        #expect(tasks.reads.count == reads)
        #expect(try loop.parallel()(NumberedTasks().sequence(0..<50), returnAs: .generatorUnordered).take().count == 50)
    }

    @Test("The failure that comes first in time is the one thrown, whatever its index", arguments: [2, 4])
    func firstInTime(_ nJobs: Int) throws {
        let tasks = NumberedTasks()
            .sequence(0..<2) { index in
                if index == 0 { try waitUntilCancelled() }
                throw Mishap(number: index)
            }
        let results = try Parallel(nJobs: nJobs)(tasks, returnAs: .generatorUnordered)
        #expect(try taskFailure { try results.next() }.index == 1)
        #expect(try results.next() == nil)
    }

    @Test("results(returnAs:) keeps going, whatever fails", arguments: LoopCase.all, [1, 3])
    func keepsGoing(_ loop: LoopCase, _ batchSize: Int) throws {
        for kind in GeneratorKind.all {
            let tasks = NumberedTasks()
                .sequence(0..<200) { index in
                    if index.isMultiple(of: 3) { throw Mishap(number: index) }
                }
            let results = try loop.parallel(batchSize: BatchSize(batchSize)).results(tasks, returnAs: kind)
            var indices: [Int] = []
            while let result = try results.next() {
                switch result {
                case .success(let index):
                    #expect(!index.isMultiple(of: 3))
                    indices.append(index)
                case .failure(let failure):
                    #expect(failure.index.isMultiple(of: 3))
                    #expect(failure.underlyingError as? Mishap == Mishap(number: failure.index))
                    indices.append(failure.index)
                }
            }
            #expect((kind == .generator ? indices : indices.sorted()) == Array(0..<200))
        }
    }

    @Test("results(returnAs:) gives the same to a task", arguments: LoopCase.all)
    func keepsGoingSuspending(_ loop: LoopCase) async throws {
        let tasks = NumberedTasks().sequence(0..<100) { if $0.isMultiple(of: 2) { throw Mishap() } }
        let results = try await loop.parallel().results(tasks, returnAs: .generator).takeSuspending()
        #expect(results.map { try? $0.get() } == (0..<100).map { $0.isMultiple(of: 2) ? nil : $0 })
    }
}
