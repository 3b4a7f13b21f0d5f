// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibPOSIX
import Synchronization
import Testing

@testable import JoblibCore

@Suite(.timeLimit(.minutes(1)))
struct TaskContextTests {
    private static func parallel(_ nJobs: Int, seed: UInt64? = 1, retries: Int = 0) -> Parallel {
        Parallel(nJobs: nJobs, backend: .instance(ThreadPerBatchBackend()), seed: seed, retries: retries)
    }

    @Test("Outside of a task there is no context")
    func outside() throws {
        #expect(TaskContext.current == nil)
        try Self.parallel(2).forEach(0..<10) { _ in }
        #expect(TaskContext.current == nil)
    }

    @Test("A task knows its index, its attempt and a worker below the number of workers", arguments: [1, 3])
    func inside(nJobs: Int) throws {
        try Self.parallel(nJobs)
            .forEach(0..<500) { index in
                let context = try #require(TaskContext.current)
                #expect(context.index == index)
                #expect(context.attempt == 1)
                #expect((0..<nJobs).contains(context.workerIndex))
                #expect(!context.isCancelled)
            }
    }

    @Test("Workers that are at work at the same time have different numbers")
    func workerIndices() throws {
        let meeting = Rendezvous(of: 3)
        let workers = try Self.parallel(3)
            .map(0..<3) { _ in
                #expect(meeting.arrive())
                return TaskContext.current?.workerIndex
            }
        #expect(Set(workers) == [0, 1, 2])
    }

    @Test("An attempt has its number, and the random numbers of the first")
    func retries() throws {
        let seen = Mutex<[(attempt: Int, number: UInt64)]>([])
        try Self.parallel(1, retries: 2)
            .forEach(0..<1) { _ in
                let context = try #require(TaskContext.current)
                let count = seen.withLock { seen in
                    seen.append((context.attempt, context.randomNumberGenerator.next()))
                    return seen.count
                }
                if count < 3 { throw CancellationError() }
            }
        let attempts = seen.withLock { $0 }
        #expect(attempts.map(\.attempt) == [1, 2, 3])
        #expect(Set(attempts.map(\.number)).count == 1)
    }

    @Test("Random numbers follow from the seed and the index, whatever the number of jobs")
    func randomNumbers() throws {
        func numbers(_ nJobs: Int, seed: UInt64) throws -> [UInt64?] {
            try Self.parallel(nJobs, seed: seed).map(0..<100) { _ in TaskContext.current?.randomNumberGenerator.next() }
        }
        let once = try numbers(1, seed: 1)
        #expect(try numbers(3, seed: 1) == once)
        #expect(try numbers(1, seed: 2) != once)
        #expect(Set(once).count == 100)
    }

    @Test("Two readers in one task draw from one generator")
    func oneGenerator() throws {
        let numbers = try Self.parallel(1)
            .map(0..<1) { _ in
                [TaskContext.current?.randomNumberGenerator.next(), TaskContext.current?.randomNumberGenerator.next()]
            }
        #expect(numbers[0][0] != numbers[0][1])
    }

    @Test("A nested call without a seed has one that follows from its task and its place in it")
    func nestedSeeds() throws {
        func seeds(_ nJobs: Int) throws -> [[UInt64?]] {
            try Self.parallel(nJobs)
                .map(0..<20) { _ in
                    try (0..<2)
                        .flatMap { _ in
                            try Self.parallel(nJobs, seed: nil).map(0..<2) { _ in TaskContext.current?.loop.rootSeed }
                        }
                }
        }
        let alone = try seeds(1)
        #expect(try seeds(3) == alone)
        // Two calls for each task, two tasks in each call.
        #expect(alone.allSatisfy { $0[0] == $0[1] && $0[2] == $0[3] })
        #expect(Set(alone.joined()).count == 40)
    }

    @Test("A nested loop's tasks have a context of their own, and the outer one comes back")
    func nestedContext() throws {
        try Self.parallel(2)
            .forEach(10..<20) { element in
                let outer = try #require(TaskContext.current?.index)
                try Self.parallel(2).forEach(0..<3) { #expect(TaskContext.current?.index == $0) }
                #expect(TaskContext.current?.index == outer)
                #expect(outer == element - 10)
            }
    }

    @Test("Once the loop has failed a task that still runs is told to end")
    func cancellation() throws {
        let meeting = Rendezvous(of: 2)
        #expect(throws: TaskFailure.self) {
            try Self.parallel(2)
                .forEach(0..<2) { index in
                    #expect(meeting.arrive())
                    if index == 0 { throw CancellationError() }
                    let patience = MonotonicClock.now + 30_000_000_000
                    while TaskContext.current?.isCancelled == false, MonotonicClock.now < patience {}
                    #expect(TaskContext.current?.isCancelled == true)
                }
        }
    }
}
