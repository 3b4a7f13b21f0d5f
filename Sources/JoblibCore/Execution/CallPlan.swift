// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Everything that is decided about one call before it reads its input.
///
/// A class, although it is a value: it holds a dozen references, which every copy would count.
@usableFromInline
final class CallPlan: Sendable {
    let id: CallID

    /// Where tasks run.
    let backend: any ParallelBackend

    /// The session of the `withPool` around the call.
    let pool: PooledSession?

    /// How many tasks may run at once, at least 1, within the budget of the loop around the call.
    let workers: Int

    /// How far the workers are from the caller's memory.
    let reach: BackendCapabilities.Reach

    /// Whether the backend has workers of its own to run tasks on.
    let hasWorkers: Bool

    /// Whether the number of those may change.
    let isElastic: Bool

    /// Tasks in a batch; `nil`: as measured.
    let batchSize: Int?

    /// Batches in flight or buffered; `nil`: no bound.
    let window: Int?

    let timeout: Duration?

    /// How long a batch may be with the backend before it begins to run.
    let stallTimeout: Duration?

    /// Whether tasks use memory that is the caller's only until the call returns, so that none can be left behind.
    let lendsMemory: Bool

    let retries: Int
    let seed: UInt64?

    /// What is told to whoever follows the call; `nil` where nobody does.
    @usableFromInline
    let report: CallReport?

    /// Whether failures say where they were thrown.
    let tracesThrows: Bool

    /// The scope around the call, which its tasks are to see on whatever thread they run.
    let scope: ParallelConfig

    /// What its tasks see instead, where the backend has a rule for the loops inside of them.
    let nestedScope: ParallelConfig?

    /// The task that makes the call, if it is a nested one.
    let enclosing: EnclosingTask?

    /// What may stop the call from outside.
    let stopScopes: [StopScope]

    init(
        id: CallID,
        backend: any ParallelBackend,
        pool: PooledSession?,
        workers: Int,
        reach: BackendCapabilities.Reach,
        hasWorkers: Bool,
        isElastic: Bool,
        batchSize: Int?,
        window: Int?,
        timeout: Duration?,
        stallTimeout: Duration?,
        lendsMemory: Bool,
        retries: Int,
        seed: UInt64?,
        report: CallReport?,
        tracesThrows: Bool,
        scope: ParallelConfig,
        nestedScope: ParallelConfig?,
        enclosing: EnclosingTask?,
        stopScopes: [StopScope]
    ) {
        self.id = id
        self.backend = backend
        self.pool = pool
        self.workers = workers
        self.reach = reach
        self.hasWorkers = hasWorkers
        self.isElastic = isElastic
        self.batchSize = batchSize
        self.window = window
        self.timeout = timeout
        self.stallTimeout = stallTimeout
        self.lendsMemory = lendsMemory
        self.retries = retries
        self.seed = seed
        self.report = report
        self.tracesThrows = tracesThrows
        self.scope = scope
        self.nestedScope = nestedScope
        self.enclosing = enclosing
        self.stopScopes = stopScopes
    }

    /// The time limit in nanoseconds.
    var timeLimit: UInt64? { self.timeout.map(\.clampedNanoseconds) }

    /// Whether each task has to be watched over: retried, timed, reported, traced.
    var isSupervised: Bool { self.retries > 0 || self.timeout != nil || self.reportsTasks || self.tracesThrows }

    /// Whether somebody is told of each task.
    var reportsTasks: Bool { self.report?.wantsTasks ?? false }

    /// Whether tasks need another thread than the caller's even if there is only one job: to be left behind.
    var needsWorker: Bool { self.hasWorkers && self.timeout != nil && !self.lendsMemory }

    /// Whether a task that ran too long can only be found out when it returns.
    var checksTimeAfterwards: Bool { self.timeout != nil && !self.needsWorker }

    /// Whether the calling thread, which blocks in the call, is one of the workers.
    var callerWorks: Bool { !self.needsWorker }

    /// The seed that is given, or one for this call.
    func makeRootSeed() -> UInt64 {
        self.seed ?? self.enclosing?.nestedSeed ?? .random(in: .min ... .max)
    }

    /// Tells whoever follows the call that it had nothing to do.
    func reportNothing() {
        guard let report = self.report else { return }
        report.begin(workers: self.workers, taskCount: 0, rootSeed: self.makeRootSeed())
        report.finish(nil)
        report.waitUntilTold()
    }

    /// Opens a session of the backend, or returns the one of the pool around the call.
    ///
    /// - Throws: ``ParallelError``, which names the backend.
    func openSession() throws(ParallelError) -> OpenedSession {
        if let opened = self.pool?.lend() { return opened }
        let listeners = self.isElastic ? WorkerListeners() : nil
        let request = OpenRequest(workers: self.workers) { listeners?.workersChanged() }
        let session: any WorkerSession
        do {
            session = try self.backend.open(request)
        } catch {
            throw ParallelError.wrapping(error, as: .startupFailed, self.backend.displayName, "could not be opened")
        }
        let workers = session.workers
        guard workers > 0 else {
            session.close()
            throw ParallelError(.noWorkers, "\(self.backend.displayName) opened a session with \(workers) workers")
        }
        return OpenedSession(session: session, listeners: listeners) { session.close() }
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
