// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Synchronization

/// One closure that runs on a backend's worker while an asynchronous caller is suspended.
///
/// The asynchronous twins are made of this: the synchronous call runs over there, with that worker as its caller, so no
/// thread of the cooperative pool computes or blocks.
final class Errand<Output>: BatchWork {
    private let body: @Sendable () throws -> sending Output
    private let continuation: CheckedContinuation<Output, any Error>

    private init(
        _ body: @escaping @Sendable () throws -> sending Output,
        _ continuation: CheckedContinuation<Output, any Error>
    ) {
        self.body = body
        self.continuation = continuation
    }

    func runAsBatch() {
        Runner.outsideOfTasks {
            do {
                self.continuation.resume(returning: try self.body())
            } catch {
                self.continuation.resume(throwing: error)
            }
        }
    }

    /// Resumes the caller with the error: nobody else does, since a batch is completed once.
    func batchFailed(_ error: ParallelError) {
        self.continuation.resume(throwing: error)
    }

    // Its caller waits until it has run.
    var isObsolete: Bool { false }

    /// Runs a closure on a worker.
    ///
    /// - Throws: What the closure throws, or ``ParallelError`` when there is no worker.
    static func run(
        on call: OpenCall,
        _ body: @escaping @Sendable () throws -> sending Output
    ) async throws -> sending Output {
        try await withCheckedThrowingContinuation { continuation in
            do {
                try call.submit(Errand(body, continuation))
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }
}

extension Parallel {
    /// Makes a synchronous call on a worker, under the caller's scope, and stops it when the caller is cancelled.
    ///
    /// On a backend without workers the call runs where the caller is, which is what such a backend is chosen for.
    ///
    /// - Throws: What the call throws; `CancellationError` when the caller is cancelled.
    @usableFromInline
    func onWorker<Output>(
        _ body: @escaping @Sendable (Parallel) throws -> sending Output
    ) async throws -> sending Output {
        try Task.checkCancellation()
        let plan = try self.plan()
        let cancellation = StopScope(throwing: CancellationError())
        let scope = CallerScope(adding: cancellation)
        return try await withTaskCancellationHandler {
            guard plan.hasWorkers else { return try scope.bind { try body(self) } }
            let call = try OpenCall(plan, taskCount: nil)
            // The call over there uses the same session.
            let pool = PooledSession(call.opened)
            do {
                let output = try await Errand.run(on: call) {
                    try WorkerThread.$errandSession.withValue(call.session) {
                        try scope.bind { try body(Parallel(self, pool: pool)) }
                    }
                }
                call.end(nil)
                return output
            } catch {
                call.end(error)
                throw error
            }
        } onCancel: {
            cancellation.stop()
        }
    }
}

/// What a caller's tasks see through task-locals, carried to a thread that has none.
struct CallerScope: Sendable {
    private let config = ConfigScope.current
    private let stopScopes: [StopScope]
    private let context = TaskContext.asynchronous

    init(adding scope: StopScope) {
        self.stopScopes = StopScope.current + [scope]
    }

    func bind<R>(_ body: () throws -> R) rethrows -> R {
        try self.config.bind {
            try StopScope.$current.withValue(self.stopScopes) {
                try TaskContext.$asynchronous.withValue(self.context, operation: body)
            }
        }
    }
}
