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

    /// Runs a closure on a worker of a session.
    ///
    /// - Throws: What the closure throws, or the session when it has no worker.
    static func run(
        on session: any WorkerSession,
        _ body: @escaping @Sendable () throws -> sending Output
    ) async throws -> sending Output {
        try await withCheckedThrowingContinuation { continuation in
            do {
                try session.submit(Batch(Errand(body, continuation)))
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
            let opened = try plan.opensSession()
            defer { opened.close() }
            // The call over there uses the same session.
            let pool = PooledSession(opened.session)
            return try await Errand.run(on: opened.session) { try scope.bind { try body(Parallel(self, pool: pool)) } }
        } onCancel: {
            cancellation.stop()
        }
    }
}

/// What a caller's tasks see through task-locals, carried to a thread that has none.
struct CallerScope: Sendable {
    private let config = ParallelConfig.current
    private let stopScopes: [StopScope]
    private let context = TaskContext.asynchronous

    init(adding scope: StopScope) {
        self.stopScopes = StopScope.current + [scope]
    }

    func bind<R>(_ body: () throws -> R) rethrows -> R {
        try ParallelConfig.$current.withValue(self.config) {
            try StopScope.$current.withValue(self.stopScopes) {
                try TaskContext.$asynchronous.withValue(self.context, operation: body)
            }
        }
    }
}
