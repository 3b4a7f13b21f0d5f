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
}
