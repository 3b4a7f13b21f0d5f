// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import Joblib
import Testing

@Suite("retries", .timeLimit(.minutes(1)))
struct RetriesTests {
    @Test("A task that throws runs again, with the attempts counted from 1", arguments: LoopCase.all)
    func attempts(_ loop: LoopCase) throws {
        let attempts = Recorder<Int>()
        let body: @Sendable (Int) throws -> Int = { index in
            guard let attempt = TaskContext.current?.attempt else { throw Mishap() }
            if index == 5 { attempts.note(attempt) }
            if index == 5, attempt < 3 { throw Mishap(number: attempt) }
            return attempt
        }
        let expected = (0..<20).map { $0 == 5 ? 3 : 1 }
        let tasks = (0..<20).map { delayed(body)($0) }
        #expect(try loop.parallel(retries: 2).map(0..<20) { try body($0) } == expected)
        #expect(try loop.parallel(retries: 5)(tasks) == expected)
        #expect(try loop.parallel(retries: 2)(tasks.lazy.map { $0 }) == expected)
        #expect(attempts.all == [1, 2, 3, 1, 2, 3, 1, 2, 3])
    }

    @Test("The last failure is the one reported", arguments: LoopCase.all)
    func lastFailure(_ loop: LoopCase) throws {
        let runs = Tally()
        let failed = try taskFailure {
            try loop.parallel(retries: 3)
                .forEach(0..<1) { _ in
                    runs.add()
                    throw Mishap(number: TaskContext.current?.attempt ?? 0)
                }
        }
        #expect(runs.count == 4)
        #expect(failed.attempt == 4)
        #expect(failed.underlyingError as? Mishap == Mishap(number: 4))
    }

    @Test("Without retries a task runs once", arguments: LoopCase.all)
    func none(_ loop: LoopCase) throws {
        let runs = Tally()
        #expect(throws: TaskFailure.self) {
            try loop.parallel()
                .forEach(0..<1) { _ in
                    runs.add()
                    throw Mishap()
                }
        }
        #expect(runs.count == 1)
    }

    @Test("A retried task sees the same random numbers", arguments: LoopCase.all)
    func randomNumbers(_ loop: LoopCase) throws {
        let draws = Recorder<[UInt64]>()
        try loop.parallel(retries: 2)
            .forEach(0..<1) { _ in
                let context = try #require(TaskContext.current)
                draws.note((0..<3).map { _ in context.randomNumberGenerator.next() })
                if context.attempt < 3 { throw Mishap() }
            }
        #expect(draws.all.count == 3)
        #expect(Set(draws.all).count == 1)
        #expect(Set(draws.all[0]).count == 3)
    }

    @Test("Every failed attempt but the last is reported as retried, the last as failed")
    func events() throws {
        let recorder = Recorder<ParallelEvent>()
        let parallel = Parallel(nJobs: 1, progress: .observer { recorder.note($0) }, retries: 2)
        #expect(throws: TaskFailure.self) { try parallel.forEach(0..<1) { _ in throw Mishap() } }
        let kinds = recorder.all.map(\.kind)
        #expect(
            kinds == [
                .started, .dispatched, .taskStarted, .retried, .taskStarted, .retried, .taskStarted, .failed, .done,
            ]
        )
        #expect(recorder.all.compactMap(\.failure).map(\.attempt) == [1, 2, 3])
        #expect(recorder.all.compactMap(\.failure).allSatisfy { $0.reason == .threw })
    }

    @Test("A chunk that is retried finds what its last attempt left")
    func chunk() throws {
        var numbers = [0, 0, 0]
        try Parallel(nJobs: 2, retries: 2)
            .forEachChunk(of: &numbers) { span, _ in
                for index in span.indices { span[index] += 1 }
                if TaskContext.current?.attempt != 3 { throw Mishap() }
            }
        #expect(numbers == [3, 3, 3])
    }

    @Test("A task whose call has failed elsewhere is not retried")
    func notAfterFailure() throws {
        let (meeting, runs) = (Meeting(of: 2), Tally())
        let failed = try taskFailure {
            try Parallel(nJobs: 2, batchSize: 1, retries: 1)
                .forEach(0..<2) { index in
                    let context = try #require(TaskContext.current)
                    if context.attempt == 1 { try meeting.attend() }
                    if index == 0 { throw Mishap(number: 0) }
                    runs.add()
                    while !context.isCancelled { sched_yield() }
                    throw Mishap(number: 1)
                }
        }
        #expect(failed.index == 0)
        #expect(failed.attempt == 2)
        #expect(runs.count == 1)
    }
}
