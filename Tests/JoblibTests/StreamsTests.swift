// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import Joblib
import Testing

@Suite("Streams", .timeLimit(.minutes(1)))
struct StreamsTests {
    struct Window: Sendable, CustomTestStringConvertible {
        let nJobs: Int
        let preDispatch: PreDispatch
        let batchSize: BatchSize

        /// How many tasks may have been read and not been taken, when whole batches were taken.
        let bound: Int

        let tasksPerBatch: Int

        var testDescription: String { "nJobs \(self.nJobs), preDispatch \(self.preDispatch), batch \(self.batchSize)" }

        func parallel() -> Parallel {
            Parallel(nJobs: self.nJobs, preDispatch: self.preDispatch, batchSize: self.batchSize)
        }

        static let all = [
            Window(nJobs: 2, preDispatch: "2*n_jobs", batchSize: .auto, bound: 4, tasksPerBatch: 1),
            Window(nJobs: 4, preDispatch: "2*n_jobs", batchSize: .auto, bound: 8, tasksPerBatch: 1),
            Window(nJobs: 2, preDispatch: 3, batchSize: .auto, bound: 3, tasksPerBatch: 1),
            Window(nJobs: 4, preDispatch: 3, batchSize: 1, bound: 3, tasksPerBatch: 1),
            Window(nJobs: 4, preDispatch: 1, batchSize: .auto, bound: 1, tasksPerBatch: 1),
            Window(nJobs: 2, preDispatch: "2*n_jobs", batchSize: 4, bound: 16, tasksPerBatch: 4),
            Window(nJobs: 4, preDispatch: 3, batchSize: 4, bound: 12, tasksPerBatch: 4),
        ]
    }

    // MARK: - Results

    @Test("Results come in submission order, all of them", arguments: LoopCase.all, [0, 1, 2, 7, 100])
    func inOrder(_ loop: LoopCase, _ count: Int) throws {
        for batchSize in [BatchSize.auto, 1, 3] {
            for preDispatch in [PreDispatch.all, 1, "2*n_jobs"] {
                let parallel = loop.parallel(preDispatch: preDispatch, batchSize: batchSize)
                let tasks = NumberedTasks()
                #expect(try parallel(tasks.sequence(0..<count), returnAs: .generator).take() == Array(0..<count))
                #expect(tasks.begun.count == count)
                #expect(try parallel.run(tasks.sequence(0..<count), returnAs: .generator).take() == Array(0..<count))
            }
        }
    }

    @Test("for try await gives the same results", arguments: LoopCase.all, [0, 1, 2, 7, 100])
    func suspending(_ loop: LoopCase, _ count: Int) async throws {
        let results = try loop.parallel()(NumberedTasks().sequence(0..<count), returnAs: .generator)
        #expect(try await results.takeSuspending() == Array(0..<count))
        let array =
            try loop.parallel(batchSize: 3)((0..<count).map { index in delayed { index } }, returnAs: .generator)
        #expect(try await array.takeSuspending() == Array(0..<count))
    }

    @Test("After the end there is nothing, however often one asks", arguments: LoopCase.all)
    func endStays(_ loop: LoopCase) async throws {
        let results = try loop.parallel()(NumberedTasks().sequence(0..<5), returnAs: .generator)
        #expect(try results.take() == Array(0..<5))
        for _ in 0..<3 { #expect(try results.next() == nil) }
        #expect(try await results.takeSuspending() == [])
    }

    @Test("A result is delivered while tasks after it still run", arguments: LoopCase.all)
    func early(_ loop: LoopCase) throws {
        let gate = Gate()
        let tasks = NumberedTasks().sequence(0..<20) { if $0 > 0 { try gate.pass() } }
        let results = try loop.parallel()(tasks, returnAs: .generator)
        #expect(try results.next() == 0)
        gate.open()
        #expect(try results.take() == Array(1..<20))
    }

    @Test("Threads and tasks may take turns in taking results", arguments: LoopCase.all)
    func turns(_ loop: LoopCase) async throws {
        let results = try loop.parallel()(NumberedTasks().sequence(0..<100), returnAs: .generator)
        var iterator = results.makeAsyncIterator()
        for index in stride(from: 0, to: 100, by: 2) {
            #expect(try results.next() == index)
            #expect(try await iterator.next() == index + 1)
        }
        #expect(try results.next() == nil)
    }

    @Test("Seeds give a stream and a list the same random numbers", arguments: LoopCase.all, GeneratorKind.all)
    func seeds(_ loop: LoopCase, _ kind: GeneratorKind) throws {
        let task = delayed { (index: Int) in
            let generator = TaskContext.current!.randomNumberGenerator
            return [UInt64(index), generator.next(), generator.next()]
        }
        let parallel = loop.parallel(batchSize: 3, seed: 42)
        let list = try Parallel(nJobs: 1, seed: 42)((0..<50).map { task($0) })
        let stream = try parallel((0..<50).lazy.map { task($0) }, returnAs: kind).take()
        #expect(stream.sorted { $0[0] < $1[0] } == list)
    }

    @Test("Retries happen inside of the stream", arguments: LoopCase.all, GeneratorKind.all)
    func retries(_ loop: LoopCase, _ kind: GeneratorKind) throws {
        let tasks = NumberedTasks()
        let sequence = tasks.sequence(0..<30) { index in
            if index.isMultiple(of: 3), TaskContext.current?.attempt != 3 { throw Mishap(number: index) }
        }
        #expect(try loop.parallel(retries: 2)(sequence, returnAs: kind).take().sorted() == Array(0..<30))
        #expect(tasks.begun.count == 30 + 2 * 10)
    }

    // MARK: - Back-pressure

    @Test("A consumer that stops stops the input, a window after what it took", arguments: Window.all)
    func backPressure(_ window: Window) throws {
        let tasks = NumberedTasks()
        let results = try window.parallel()(tasks.sequence(0..<1_000_000), returnAs: .generator)
        var taken = 0
        for batches in [0, 1, 2, 10] {
            #expect(try results.take(batches * window.tasksPerBatch).count == batches * window.tasksPerBatch)
            taken += batches * window.tasksPerBatch
            try tasks.ended.reach(taken + window.bound)
            try letOthersWork()
            #expect(tasks.reads.count == taken + window.bound)
            #expect(tasks.begun.count == taken + window.bound)
        }
    }

    // MARK: - One job

    @Test(
        "With one job a task runs when its output is asked for, in the thread that asks",
        arguments: [
            LoopCase(backend: "sequential", nJobs: 1), LoopCase(backend: "sequential", nJobs: 4),
            LoopCase(backend: "threading", nJobs: 1),
        ],
        GeneratorKind.all
    )
    func oneJob(_ loop: LoopCase, _ kind: GeneratorKind) throws {
        let tasks = NumberedTasks()
        let threads = Recorder<UInt>()
        let results =
            try loop.parallel()(
                tasks.sequence(0..<10) { _ in threads.note(ThisProcess.thread) },
                returnAs: kind
            )
        try letOthersWork()
        #expect(tasks.reads.count == 0)
        for index in 0..<5 {
            #expect(try results.next() == index)
            #expect(tasks.reads.count == index + 1)
            #expect(tasks.begun.count == index + 1)
        }
        #expect(Set(threads.all) == [ThisProcess.thread])
        inThreads(1) { _ in
            #expect((try? results.next()) == 5)
            #expect(threads.all.last == ThisProcess.thread)
        }
    }

    // MARK: - Several streams

    @Test("Two streams of one value are independent", arguments: LoopCase.all, GeneratorKind.all)
    func twoStreams(_ loop: LoopCase, _ kind: GeneratorKind) throws {
        let parallel = loop.parallel()
        let first = try parallel(NumberedTasks().sequence(0..<100), returnAs: kind)
        let second = try parallel(NumberedTasks().sequence(1000..<1100), returnAs: kind)
        var outputs: [Int] = []
        for _ in 0..<100 {
            outputs.append(try #require(try first.next()))
            outputs.append(try #require(try second.next()))
        }
        #expect(try first.next() == nil)
        #expect(try second.next() == nil)
        #expect(outputs.sorted() == Array(0..<100) + Array(1000..<1100))
        #expect(try parallel.map(0..<5) { $0 } == Array(0..<5))
    }

    @Test(
        "Copies share the stream: each result goes to one consumer, and still only nJobs tasks run at once",
        arguments: LoopCase.all,
        GeneratorKind.all
    )
    func copies(_ loop: LoopCase, _ kind: GeneratorKind) throws {
        let (outputs, running) = (Recorder<Int>(), Occupancy())
        let tasks = NumberedTasks().sequence(0..<2000) { _ in running.during { _ = sched_yield() } }
        let results = try loop.parallel(preDispatch: 3)(tasks, returnAs: kind)
        inThreads(3) { _ in
            do {
                var last = -1
                while let output = try results.next() {
                    // Each consumer sees what it gets in order.
                    if kind == .generator { #expect(output > last) }
                    last = output
                    outputs.note(output)
                }
            } catch {
                Issue.record(error)
            }
        }
        #expect(outputs.all.sorted() == Array(0..<2000))
        #expect(running.maximum <= (loop.backend == "sequential" ? 1 : loop.nJobs))
    }

    @Test("Tasks that consume copies at once get disjoint results", arguments: LoopCase.all, GeneratorKind.all)
    func copiesSuspending(_ loop: LoopCase, _ kind: GeneratorKind) async throws {
        let results = try loop.parallel()(NumberedTasks().sequence(0..<1000), returnAs: kind)
        let outputs = try await withThrowingTaskGroup(of: [Int].self) { group in
            for _ in 0..<3 { group.addTask { try await results.takeSuspending() } }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(outputs.sorted() == Array(0..<1000))
    }

    // MARK: - Nested

    @Test("Tasks may consume streams of their own, within the outer budget", arguments: LoopCase.all, GeneratorKind.all)
    func nested(_ loop: LoopCase, _ kind: GeneratorKind) throws {
        let occupancy = Occupancy()
        let sums = try loop.parallel(batchSize: 1)
            .map(0..<8) { outer in
                let tasks = NumberedTasks().sequence(0..<20) { _ in occupancy.during { _ = ThisProcess.thread } }
                return try loop.parallel()(tasks, returnAs: kind).take().reduce(outer, +)
            }
        #expect(sums == (190..<198).map { $0 })
        #expect(occupancy.maximum <= loop.nJobs)
    }

    @Test("A stream within a stream ends, even when every thread is a consumer", arguments: LoopCase.threaded)
    func nestedInStream(_ loop: LoopCase) throws {
        let meeting = Meeting(of: loop.nJobs)
        let tasks = (0..<loop.nJobs * 2).lazy
            .map { index in
                delayed { () throws -> Int in
                    try meeting.attend()
                    return try loop.parallel()(NumberedTasks().sequence(0..<50), returnAs: .generator).take().count
                        + index
                }
            }
        // With one job the first task would wait for a second one in vain, were the meeting larger.
        let counts = try loop.parallel()(tasks, returnAs: .generator).take()
        #expect(counts == (0..<loop.nJobs * 2).map { 50 + $0 })
    }
}
