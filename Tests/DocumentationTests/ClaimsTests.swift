// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Joblib
import Synchronization
import Testing

/// What articles say and no other test does.
@Suite("Claims of articles", .timeLimit(.minutes(1)))
struct ClaimsTests {
    @Test("A synchronous call does not see that its task is cancelled")
    func synchronousCallInCancelledTask() async throws {
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            func synchronous() throws -> [Int] { try Parallel(nJobs: 2).map(0..<100) { $0 } }
            return try synchronous()
        }
        #expect(try await task.value == Array(0..<100))
    }

    @Test("Letting go of a stream does not wait for the tasks that run")
    func droppingDoesNotWait() throws {
        let (begun, ended) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let mayEnd = DispatchSemaphore(value: 0)
        do {
            let tasks = [
                delayed { () -> Bool in
                    begun.signal()
                    mayEnd.wait()
                    defer { ended.signal() }
                    return TaskContext.current?.isCancelled == true
                }
            ]
            let results = try Parallel(nJobs: 2)(tasks, returnAs: .generator)
            begun.wait()
            withExtendedLifetime(results) {}
        }
        // The stream is gone, and its task is still in the middle of it.
        mayEnd.signal()
        #expect(ended.wait(timeout: .now() + 20) == .success)
    }

    private struct Broken: ParallelBackend {
        struct Reason: Error {}

        func open(_ request: OpenRequest) throws -> any WorkerSession { throw Reason() }
    }

    @Test("A backend that cannot be opened is named, and no task has run")
    func brokenBackend() throws {
        let ran = Mutex(0)
        let error = #expect(throws: ParallelError.self) {
            try Parallel(nJobs: 2, backend: .instance(Broken())).forEach(0..<9) { _ in ran.withLock { $0 += 1 } }
        }
        #expect(error?.code == .startupFailed)
        #expect(error?.detail.hasPrefix("Broken ") == true)
        #expect(error?.underlyingError is Broken.Reason)
        #expect(ran.withLock { $0 } == 0)
        // One job needs no worker of the backend.
        #expect(try Parallel(nJobs: 1, backend: .instance(Broken())).map(0..<3) { $0 } == [0, 1, 2])
    }

    @Test("One job asks for a worker under a time limit, in a pool, and in asynchronous calls")
    func oneJobThatNeedsAWorker() async throws {
        let call = Parallel(nJobs: 1, backend: .instance(Broken()))
        let timed = Parallel(nJobs: 1, backend: .instance(Broken()), timeout: .seconds(10))
        func synchronous() {
            #expect(throws: ParallelError.self) { try timed.forEach(0..<3) { _ in } }
            #expect(throws: ParallelError.self) { try call.withPool { _ in } }
        }
        synchronous()
        await #expect(throws: ParallelError.self) { try await call.map(0..<3) { $0 } }
    }

    @Test("A collection is not read: preDispatch holds none of its elements back")
    func collectionIsNotRead() throws {
        let meeting = DispatchSemaphore(value: 0)
        try Parallel(nJobs: 2, preDispatch: 1, batchSize: 1)
            .forEach(0..<2) { index in
                // The second one has to begin while the first one waits for it, or the other way round.
                if index == 0 { #expect(meeting.wait(timeout: .now() + 20) == .success) } else { meeting.signal() }
            }
    }

    @Test("An interrupted error holds the outputs of a list, the number of those of a map, and neither of a stream")
    func interrupted() async {
        await #expect(processExitsWith: .success) {
            let body = { @Sendable (index: Int) -> Int in
                if index == 5 { kill(getpid(), SIGINT) }
                while index >= 5, TaskContext.current?.isCancelled == false { usleep(1000) }
                return index
            }
            func interrupted(_ loop: (Parallel) throws -> Void) -> ParallelError? {
                #expect(throws: ParallelError.self) {
                    try cancellingOnInterrupt { try loop(Parallel(nJobs: 1)) }
                }
            }
            let list = interrupted { parallel in _ = try parallel.run((0..<100).map { delayed(body)($0) }) }
            #expect(list?.code == .cancelled)
            #expect(list?.completedTasks == 6)
            #expect(list?.completedResults(of: Int.self).map(\.output) == Array(0..<6))
            let map = interrupted { parallel in _ = try parallel.map(0..<100) { body($0) } }
            #expect(map?.completedTasks == 6)
            #expect(map?.completedResults(of: Int.self).isEmpty == true)
            let stream = interrupted { parallel in
                let results = try parallel.run((0..<100).map { delayed(body)($0) }, returnAs: .generator)
                while try results.next() != nil {}
            }
            #expect(stream?.code == .cancelled)
            #expect(stream?.completedTasks == nil)
        }
    }
}
