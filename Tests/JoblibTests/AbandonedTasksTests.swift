// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Joblib
import Testing

@Suite("Loops whose tasks are stuck", .timeLimit(.minutes(1)))
struct AbandonedTasksTests {
    private static let limit = Duration.milliseconds(100)

    @Test("A stream goes on past a stuck task although its window is full")
    func fullWindow() throws {
        let gate = Gate()
        defer { gate.open() }
        let tasks = [
            delayed { () throws -> Int in
                try gate.pass()
                return 0
            }, delayed { 1 }, delayed { 2 },
        ]
        let stream = try Parallel(nJobs: 1, timeout: Self.limit, preDispatch: 1).results(tasks, returnAs: .generator)
        #expect(throws: TaskFailure.self) { try stream.next()?.get() }
        #expect(try stream.next()?.get() == 1)
        #expect(try stream.next()?.get() == 2)
        #expect(try stream.next() == nil)
    }

    @Test("An asynchronous list goes on past a stuck task although its window is full")
    func asynchronousList() async throws {
        let gate = Gate()
        defer { gate.open() }
        let tasks = [
            delayed { () throws -> Int in
                try gate.pass()
                return 0
            }, delayed { 1 }, delayed { 2 },
        ]
        let outcomes = try await Parallel(nJobs: 1, timeout: Self.limit, preDispatch: 1).results(AnySequence(tasks))
        #expect(outcomes.compactMap { try? $0.get() } == [1, 2])
    }

    @Test("Tasks that are stuck in nested loops cost the outer loop none of its jobs")
    func budget() throws {
        let (gate, meeting) = (Gate(), Meeting(of: 4))
        defer { gate.open() }
        try Parallel(nJobs: 4)
            .forEach(0..<1) { _ in
                for _ in 0..<4 {
                    let stuck = [delayed { try gate.pass() }]
                    _ = try Parallel(nJobs: 1, timeout: Self.limit).results(stuck)
                    _ = try? Parallel(nJobs: 2, timeout: Self.limit).results(stuck, returnAs: .generator).next()
                }
                try Parallel(nJobs: 4, batchSize: 1).forEach(0..<4) { _ in try meeting.attend() }
            }
    }

    @Test("An observer that waits keeps no other time limit from being kept")
    func slowObserver() throws {
        let (gate, seen) = (Gate(), Gate())
        let observed = ProgressDisplay.observer { event in
            guard event.kind == .failed else { return }
            // Until the other loop, whose task is stuck as well, has been let go by its own limit.
            try? seen.pass()
        }
        defer { gate.open() }
        let stream = try Parallel(nJobs: 1, progress: observed, timeout: Self.limit)
            .results([delayed { try gate.pass() }], returnAs: .generator)
        let other = try Parallel(nJobs: 1, timeout: Self.limit).results([delayed { try gate.pass() }])
        #expect(other.count == 1)
        seen.open()
        #expect(throws: TaskFailure.self) { try stream.next()?.get() }
    }

    @Test("A stuck task sees that it is cancelled although the call goes on without it, and its loops end")
    func seesCancellation() throws {
        let (seen, loops) = (Tally(), Tally())
        let stuck = delayed { () throws -> Int in
            guard TaskContext.current?.attempt == 1 else { return 2 }
            // With or without an error: its tasks may see it first.
            try? Parallel(nJobs: 2, batchSize: 1).forEach(0..<2) { _ in try waitUntilCancelled() }
            loops.add()
            try waitUntilCancelled()
            seen.add()
            return 1
        }
        #expect(try Parallel(nJobs: 4, timeout: Self.limit, retries: 1)([stuck]) == [2])
        try seen.reach(1)
        let outcomes = try Parallel(nJobs: 4, timeout: Self.limit).results([stuck, delayed { 5 }])
        #expect(try outcomes[1].get() == 5)
        try seen.reach(2)
        #expect(loops.count == 2)
    }
}
