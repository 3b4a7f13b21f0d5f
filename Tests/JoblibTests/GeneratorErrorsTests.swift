// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Joblib
import Testing

/// How streams end before their time: by errors, by being dropped, cancelled, out of time.
@Suite("Generators that end early", .timeLimit(.minutes(1)))
struct GeneratorErrorsTests {
    private static let limit = Duration.milliseconds(200)

    // MARK: - Errors

    @Test("An error is thrown in its place, once, and ends the stream", arguments: LoopCase.all, [0, 1, 25])
    func inItsPlace(_ loop: LoopCase, _ failing: Int) async throws {
        for (batchSize, suspends) in [(BatchSize.auto, false), (1, true), (4, false), (4, true)] {
            let tasks = NumberedTasks()
            let results =
                try loop.parallel(batchSize: batchSize)(
                    tasks.sequence(0..<1_000_000) { if $0 == failing { throw Mishap(number: $0) } },
                    returnAs: .generator
                )
            var outputs: [Int] = []
            var thrown: (any Error)?
            do {
                var iterator = results.makeAsyncIterator()
                while let output = suspends ? try await iterator.next() : try results.next() { outputs.append(output) }
            } catch {
                thrown = error
            }
            let failure = try #require(thrown as? TaskFailure)
            #expect(outputs == Array(0..<failing))
            #expect(failure.index == failing)
            #expect(failure.underlyingError as? Mishap == Mishap(number: failing))
            #expect(tasks.begun.count == tasks.ended.count)
            #expect(try results.next() == nil)
            #expect(try await results.takeSuspending() == [])
        }
    }

    @Test("Of two errors the one that comes first in the input is thrown", arguments: [2, 4])
    func firstInOrder(_ nJobs: Int) throws {
        let failed = Gate()
        let tasks = NumberedTasks()
            .sequence(0..<2) { index in
                if index == 1 {
                    defer { failed.open() }
                    throw Mishap(number: 1)
                }
                try failed.pass()
                throw Mishap(number: 0)
            }
        let results = try Parallel(nJobs: nJobs)(tasks, returnAs: .generator)
        #expect(try taskFailure { try results.next() }.index == 0)
        #expect(try results.next() == nil)
    }

    @Test("Nothing is read after an error has been thrown, and the value works again", arguments: LoopCase.all)
    func stopsReading(_ loop: LoopCase) throws {
        let tasks = NumberedTasks()
        let parallel = loop.parallel()
        let results = try parallel(
            tasks.sequence(0..<1_000_000) { if $0 == 10 { throw Mishap() } },
            returnAs: .generator
        )
        #expect(throws: TaskFailure.self) { try results.take() }
        let reads = tasks.reads.count
        #expect(reads <= 11 + 2 * loop.nJobs)
        #expect(try parallel(NumberedTasks().sequence(0..<50), returnAs: .generator).take() == Array(0..<50))
        #expect(tasks.reads.count == reads)
    }

    @Test("What is wrong with the call is thrown by the call, before any input is read")
    func wrongCall() throws {
        let tasks = NumberedTasks()
        #expect(
            try refusal { try Parallel(nJobs: 0)(tasks.sequence(0..<5), returnAs: .generator) }.code == .invalidNJobs
        )
        let nowhere = Parallel(nJobs: 2, backend: "nowhere")
        #expect(
            try refusal { try nowhere.results(tasks.sequence(0..<5), returnAs: .generator) }.code == .unknownBackend
        )
        #expect(tasks.reads.count == 0)
    }

    // MARK: - Dropping

    @Test("Dropping a stream cancels it and lets go of tasks and input", arguments: LoopCase.all, [0, 1, 20])
    func dropped(_ loop: LoopCase, _ taken: Int) throws {
        for kind in GeneratorKind.all {
            let (released, reads) = (Tally(), Tally())
            do {
                let results = try Self.stream(loop, kind, released, reads)
                #expect(try results.take(taken).count == taken)
            }
            try released.reach(2)
            let count = reads.count
            #expect(count <= taken + 2 * loop.nJobs)
            try letOthersWork()
            #expect(reads.count == count)
        }
    }

    @Test("A stream may be dropped by another thread than the one that began it", arguments: LoopCase.all)
    func droppedElsewhere(_ loop: LoopCase) throws {
        let (released, reads) = (Tally(), Tally())
        let slot = Monitor<ParallelResults<Int>?>(try Self.stream(loop, .generator, released, reads))
        inThreads(1) { _ in
            #expect((try? slot.value?.take(3)) == [0, 1, 2])
            slot.update { $0 = nil }
        }
        try released.reach(2)
        #expect(reads.count <= 3 + 2 * loop.nJobs)
    }

    @Test("Running tasks see that their stream was dropped; the last copy counts", arguments: [2, 4])
    func droppedWhileRunning(_ nJobs: Int) throws {
        let tasks = NumberedTasks()
        let wasCancelled = Recorder<Bool>()
        do {
            var copy: ParallelResults<Int>?
            do {
                let results = try Parallel(nJobs: nJobs)(
                    tasks.sequence(0..<1_000_000) { index in
                        guard index > 0 else { return }
                        try waitUntilCancelled()
                        wasCancelled.note(TaskContext.current?.isCancelled == true)
                    },
                    returnAs: .generator
                )
                copy = results
            }
            try tasks.begun.reach(nJobs)
            #expect(wasCancelled.all == [])
            #expect(try copy?.next() == 0)
            copy = nil
        }
        try wasCancelled.reach(1)
        #expect(!wasCancelled.all.contains(false))
    }

    @Test("An async iterator keeps its stream alive", arguments: LoopCase.all)
    func iteratorKeeps(_ loop: LoopCase) async throws {
        func iterator() throws -> ParallelResults<Int>.AsyncIterator {
            try loop.parallel()(NumberedTasks().sequence(0..<30), returnAs: .generator).makeAsyncIterator()
        }
        var results = try iterator()
        for index in 0..<30 { #expect(try await results.next() == index) }
        #expect(try await results.next() == nil)
    }

    private static func stream(
        _ loop: LoopCase,
        _ kind: GeneratorKind,
        _ released: Tally,
        _ reads: Tally
    ) throws -> ParallelResults<Int> {
        let (ofInput, ofTasks) = (Canary(released), Canary(released))
        let tasks = (0..<1_000_000).lazy
            .map { index in
                withExtendedLifetime(ofInput) { _ = reads.add() }
                return delayed { withExtendedLifetime(ofTasks) { index } }
            }
        return try loop.parallel()(tasks, returnAs: kind)
    }

    // MARK: - Cancellation

    @Test("A task that is cancelled while it waits for a result throws, and all stops", arguments: LoopCase.threaded)
    func cancelled(_ loop: LoopCase) async throws {
        for kind in GeneratorKind.all {
            let tasks = NumberedTasks()
            let entered = Tally()
            let results =
                try loop.parallel()(
                    tasks.sequence(0..<1_000_000) { index in
                        guard index >= 3 else { return }
                        entered.add()
                        try waitUntilCancelled()
                    },
                    returnAs: kind
                )
            let consumer = Task { try await results.takeSuspending() }
            try await offThePool { try entered.reach(1) }
            consumer.cancel()
            await #expect(throws: CancellationError.self) { try await consumer.value }
            #expect(tasks.begun.count == tasks.ended.count)
            let reads = tasks.reads.count
            #expect(try results.next() == nil)
            try await offThePool { try letOthersWork() }
            #expect(tasks.reads.count == reads)
        }
    }

    @Test("A task that is cancelled already gets no result to the end", arguments: LoopCase.all, GeneratorKind.all)
    func cancelledBefore(_ loop: LoopCase, _ kind: GeneratorKind) async throws {
        let tasks = NumberedTasks()
        let results = try loop.parallel()(tasks.sequence(0..<1_000_000), returnAs: kind)
        let consumer = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await results.takeSuspending()
        }
        await #expect(throws: CancellationError.self) { try await consumer.value }
        #expect(tasks.begun.count == tasks.ended.count)
        // A window, and what the results of a window make room for: those that were ready come before the error.
        #expect(tasks.reads.count <= 4 * loop.nJobs)
    }

    // MARK: - Nested

    @Test("A stream in a task ends with an error when the loop around it has failed", arguments: LoopCase.all)
    func outerFails(_ inner: LoopCase) throws {
        let failed = try taskFailure {
            try Parallel(nJobs: 2, batchSize: 1)
                .forEach(0..<2) { index in
                    if index == 1 { throw Mishap(number: 1) }
                    let results = try inner.parallel()(NumberedTasks().sequence(0..<1_000_000), returnAs: .generator)
                    try waitUntilCancelled()
                    #expect(throws: ParallelError.self) { try results.take() }
                }
        }
        #expect(failed.index == 1)
    }

    // MARK: - Time limits

    @Test("A task that runs too long is thrown in its place while it still runs", arguments: [1, 2, 4])
    func timeout(_ nJobs: Int) throws {
        for kind in GeneratorKind.all {
            let (gate, tasks) = (Gate(), NumberedTasks())
            let start = ContinuousClock.now
            let results = try Parallel(nJobs: nJobs, timeout: Self.limit)(
                tasks.sequence(0..<4) { if $0 == 3 { try gate.pass() } },
                returnAs: kind
            )
            #expect(try results.take(3).sorted() == [0, 1, 2])
            let failed = try taskFailure { try results.next() }
            #expect(failed.reason == .timedOut)
            #expect(failed.index == 3)
            #expect(tasks.ended.count == 3)
            #expect(ContinuousClock.now - start < Self.limit * 5)
            #expect(try results.next() == nil)
            gate.open()
            try tasks.ended.reach(4)
        }
    }

    @Test("results(returnAs:) completes the tasks beside and after one that is stuck", arguments: [1, 2, 4])
    func othersComplete(_ nJobs: Int) throws {
        for kind in GeneratorKind.all {
            let (gate, tasks) = (Gate(), NumberedTasks())
            let results = try Parallel(nJobs: nJobs, timeout: Self.limit)
                .results(tasks.sequence(0..<30) { if $0 == 3 { try gate.pass() } }, returnAs: kind)
                .take()
            #expect(results.compactMap { try? $0.get() }.sorted() == (0..<30).filter { $0 != 3 })
            let failures = results.compactMap { result -> TaskFailure? in
                guard case .failure(let failure) = result else { return nil }
                return failure
            }
            #expect(failures.map(\.index) == [3])
            #expect(failures.map(\.reason) == [.timedOut])
            #expect(tasks.ended.count == 29)
            gate.open()
            try tasks.ended.reach(30)
        }
    }
}
