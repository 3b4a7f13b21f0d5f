// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Everything that is decided about one call before it reads its input.
///
/// A class, although it is a value: it holds a dozen references, which every copy would count.
@usableFromInline
final class CallPlan: Sendable {
    /// Where tasks run.
    let backend: any ParallelBackend

    /// The session of the `withPool` around the call.
    let pool: PooledSession?

    /// How many tasks may run at once, at least 1, within the budget of the loop around the call.
    let workers: Int

    /// Whether the backend has workers of its own to run tasks on.
    let hasWorkers: Bool

    /// Tasks in a batch; `nil`: as measured.
    let batchSize: Int?

    /// Batches in flight or buffered; `nil`: no bound.
    let window: Int?

    let timeout: Duration?

    /// Whether tasks use memory that is the caller's only until the call returns, so that none can be left behind.
    let lendsMemory: Bool

    let retries: Int
    let seed: UInt64?
    let events: EventSink?

    /// Whether failures say where they were thrown.
    let tracesThrows: Bool

    /// The scope around the call, which its tasks are to see on whatever thread they run.
    let scope: ParallelConfig

    /// The task that makes the call, if it is a nested one.
    let enclosing: EnclosingTask?

    /// What may stop the call from outside.
    let stopScopes: [StopScope]

    init(
        backend: any ParallelBackend,
        pool: PooledSession?,
        workers: Int,
        hasWorkers: Bool,
        batchSize: Int?,
        window: Int?,
        timeout: Duration?,
        lendsMemory: Bool,
        retries: Int,
        seed: UInt64?,
        events: EventSink?,
        tracesThrows: Bool,
        scope: ParallelConfig,
        enclosing: EnclosingTask?,
        stopScopes: [StopScope]
    ) {
        self.backend = backend
        self.pool = pool
        self.workers = workers
        self.hasWorkers = hasWorkers
        self.batchSize = batchSize
        self.window = window
        self.timeout = timeout
        self.lendsMemory = lendsMemory
        self.retries = retries
        self.seed = seed
        self.events = events
        self.tracesThrows = tracesThrows
        self.scope = scope
        self.enclosing = enclosing
        self.stopScopes = stopScopes
    }

    /// The time limit in nanoseconds.
    var timeLimit: UInt64? { self.timeout.map(\.clampedNanoseconds) }

    /// Whether each task has to be watched over: retried, timed, reported, traced.
    var isSupervised: Bool { self.retries > 0 || self.timeout != nil || self.events != nil || self.tracesThrows }

    /// Whether tasks need another thread than the caller's even if there is only one job: to be left behind.
    var needsWorker: Bool { self.hasWorkers && self.timeout != nil && !self.lendsMemory }

    /// Whether a task that ran too long can only be found out when it returns.
    var checksTimeAfterwards: Bool { self.timeout != nil && !self.needsWorker }

    /// Whether the calling thread, which blocks in the call, is one of the workers.
    var callerWorks: Bool { !self.needsWorker }

    func opensSession() throws -> OpenedSession {
        if let pool = self.pool, let session = pool.session { return OpenedSession(session: session, isOwned: false) }
        do {
            let session = try self.backend.open(OpenRequest(workers: self.workers))
            return OpenedSession(session: session, isOwned: true)
        } catch let error as ParallelError {
            throw error
        } catch {
            throw ParallelError(.startupFailed, "\(self.backend.displayName) could not be opened: \(error)")
        }
    }
}

/// A session, and whether the call has to close it.
struct OpenedSession: Sendable {
    let session: any WorkerSession
    let isOwned: Bool

    func close() {
        if self.isOwned { self.session.close() }
    }
}

extension Duration {
    /// The duration in whole nanoseconds, within what 64 bits hold; 584 years are as good as for ever.
    var clampedNanoseconds: UInt64 {
        let (seconds, attoseconds) = self.components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        let (product, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        // Half of the range, so that a clock reading can be added.
        let limit = UInt64.max / 2
        return overflow ? limit : min(limit, min(limit, product) + UInt64(attoseconds / 1_000_000_000))
    }
}
