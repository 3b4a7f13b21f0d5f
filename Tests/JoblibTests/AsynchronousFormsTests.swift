// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import Joblib
import Testing

@Suite("The asynchronous forms", .timeLimit(.minutes(1)))
struct AsynchronousFormsTests {
    @Test("They give the results of their synchronous twins", arguments: LoopCase.all, [0, 1, 2, 65, 500])
    func sameResults(_ loop: LoopCase, _ count: Int) async throws {
        let (parallel, expected) = (loop.parallel(), (0..<count).map { $0 * 2 })
        let tasks = (0..<count).map { index in delayed { index * 2 } }
        var numbers = Array(0..<count)
        let seen = Recorder<Int>()
        #expect(try await parallel.map(0..<count) { $0 * 2 } == expected)
        #expect(try await parallel(tasks) == expected)
        #expect(try await parallel.run(tasks.lazy.map { $0 }) == expected)
        #expect(try await parallel.results(tasks).map { try $0.get() } == expected)
        #expect(try await parallel.results(tasks.lazy.map { $0 }).map { try $0.get() } == expected)
        let sum: Int = try await parallel.reduce(expected, 0, { $0 + $1 }, { $0 + $1 })
        #expect(sum == count * max(0, count - 1))
        try await parallel.forEach(0..<count) { seen.note($0) }
        #expect(seen.all.sorted() == Array(0..<count))
        try await parallel.forEachChunk(of: &numbers) { span, _ in for index in span.indices { span[index] *= 2 } }
        #expect(numbers == expected)
    }

    @Test("Asynchronous bodies give their results in order", arguments: LoopCase.all, [0, 1, 2, 65])
    func bodies(_ loop: LoopCase, _ count: Int) async throws {
        let results = try await loop.parallel()
            .map(0..<count) { index in
                await Task.yield()
                return index * 2
            }
        #expect(results == (0..<count).map { $0 * 2 })
    }

    @Test("Failures are the same", arguments: LoopCase.all)
    func failures(_ loop: LoopCase) async throws {
        let parallel = loop.parallel()
        let call = delayed { (index: Int) throws -> Int in
            if index == 7 { throw Mishap(number: 7) }
            return index
        }
        let tasks = (0..<20).map { call($0) }
        let calls: [@Sendable () async throws -> Void] = [
            { _ = try await parallel.map(0..<20) { if $0 == 7 { throw Mishap(number: 7) } } },
            { _ = try await parallel.run(tasks) },
            { _ = try await parallel.run(tasks.lazy.map { $0 }) },
            {
                try await parallel.forEach(0..<20) { index in
                    await Task.yield()
                    if index == 7 { throw Mishap(number: 7) }
                }
            },
        ]
        for (number, call) in calls.enumerated() {
            let failed = try #require(await #expect(throws: TaskFailure.self, "form \(number)") { try await call() })
            #expect(failed.index == 7)
            #expect(failed.arguments == "7")
            #expect(failed.underlyingError as? Mishap == Mishap(number: 7))
        }
    }

    // MARK: - Whose threads

    @Test("Blocking tasks do not hold up the cooperative pool")
    func cooperativePool() async throws {
        let (gate, meeting) = (Gate(), Meeting(of: 64))
        async let results = Parallel(nJobs: 64, batchSize: 1)
            .map(0..<64) { index in
                try meeting.attend()
                try gate.pass()
                return index
            }
        // All 64 block, on threads that are not of the pool: this task and others make progress.
        while meeting.count < 64 { await Task.yield() }
        await Task { gate.open() }.value
        #expect(try await results == Array(0..<64))
    }

    @Test("At most nJobs asynchronous bodies are unfinished at once", arguments: [1, 2, 4])
    func unfinishedBodies(_ nJobs: Int) async throws {
        let occupied = Monitor((current: 0, maximum: 0))
        try await Parallel(nJobs: nJobs)
            .forEach(0..<50) { _ in
                occupied.update { state in
                    state.current += 1
                    state.maximum = max(state.maximum, state.current)
                }
                await Task.yield()
                occupied.update { $0.current -= 1 }
            }
        #expect(occupied.value.maximum <= nJobs)
        #expect(occupied.value.current == 0)
    }

    // MARK: - Cancellation

    @Test("Cancelling the calling task throws CancellationError, and what has not started stays so")
    func cancellation() async throws {
        let tasks = [
            Form { parallel, body in _ = try await parallel.map(0..<1000) { _ in try body() } },
            Form { parallel, body in try await parallel.forEach(0..<1000) { _ in try body() } },
            Form { parallel, body in _ = try await parallel.run(Array(repeating: delayed(body), count: 1000)) },
        ]
        for (number, form) in tasks.enumerated() {
            for nJobs in [1, 2, 4] {
                let (started, running) = (Tally(), Tally())
                let call = Task {
                    try await form.call(Parallel(nJobs: nJobs, batchSize: 1)) {
                        started.add()
                        running.add()
                        defer { running.add(-1) }
                        while TaskContext.current?.isCancelled == false { sched_yield() }
                    }
                }
                while started.count < nJobs { await Task.yield() }
                call.cancel()
                await #expect(throws: CancellationError.self, "form \(number)") { try await call.value }
                #expect(running.count == 0)
                #expect(started.count == nJobs, "form \(number)")
            }
        }
    }

    @Test("Asynchronous bodies are cancelled with the calling task")
    func bodiesAreCancelled() async throws {
        let started = Tally()
        let call = Task {
            try await Parallel(nJobs: 2)
                .forEach(0..<100) { _ in
                    started.add()
                    while !Task.isCancelled { await Task.yield() }
                }
        }
        while started.count < 2 { await Task.yield() }
        call.cancel()
        await #expect(throws: CancellationError.self) { try await call.value }
        #expect(started.count == 2)
    }

    @Test("A task that is cancelled already starts nothing")
    func cancelledBefore() async throws {
        let started = Tally()
        let call = Task {
            while !Task.isCancelled { await Task.yield() }
            try await Parallel(nJobs: 2).forEach(0..<100) { _ in started.add() }
        }
        call.cancel()
        await #expect(throws: CancellationError.self) { try await call.value }
        #expect(started.count == 0)
    }

    private struct Form: Sendable {
        let call: @Sendable (Parallel, @escaping @Sendable () throws -> Void) async throws -> Void
    }
}
