// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX
import Synchronization

/// Everything that is decided about one call before it reads its input.
@usableFromInline
final class CallPlan: Sendable {
    /// What the call has in common with others of its value.
    let settings: CallSettings

    /// The session of the `withPool` around the call.
    let pool: PooledSession?

    /// What is told to whoever follows the call; `nil` where nobody does.
    @usableFromInline
    let report: CallReport?

    /// The scope around the call, which its tasks are to see on whatever thread they run.
    let scope: ConfigScope

    /// What its tasks see instead, where the backend has a rule for the loops inside of them; those that are sent see their worker's.
    let nestedScope: ConfigScope?

    /// The task that makes the call, if it is a nested one.
    let enclosing: EnclosingTask?

    /// What may stop the call from outside.
    let stopScopes: [StopScope]

    /// Whether each task has to be watched over: retried, timed, reported, traced.
    let isSupervised: Bool

    // 0: nobody has asked for it. Relaxed: the one number is all there is.
    private let number: Atomic<UInt64>

    /// Makes a plan.
    ///
    /// - Parameters:
    ///   - id: The call's id, if it has one by now.
    ///   - settings: What the call has in common with others.
    ///   - pool: The session of the pool around it.
    ///   - report: Who follows it.
    ///   - scope: The scope around it.
    ///   - enclosing: The task that makes it.
    ///   - stopScopes: What may stop it from outside.
    init(
        id: CallID? = nil,
        _ settings: CallSettings,
        pool: PooledSession?,
        report: CallReport?,
        scope: ConfigScope,
        enclosing: EnclosingTask?,
        stopScopes: [StopScope]
    ) {
        self.number = Atomic(id?.number ?? 0)
        self.settings = settings
        self.pool = pool
        self.report = report
        self.scope = scope
        self.nestedScope =
            settings.hasNestedPolicy && !settings.isShipped
            ? settings.capabilities.nested.scope(of: scope.config).map(ConfigScope.init) : nil
        self.enclosing = enclosing
        self.stopScopes = stopScopes
        self.isSupervised = settings.isSupervised || report?.wantsTasks == true
    }

    /// What tells the call from others; given to it when it is first asked for.
    var id: CallID {
        let known = self.number.load(ordering: .relaxed)
        if known != 0 { return CallID(number: known) }
        let id = CallID.next()
        let (exchanged, original) = self.number.compareExchange(expected: 0, desired: id.number, ordering: .relaxed)
        return exchanged ? id : CallID(number: original)
    }

    // What it has in common with others is asked for by its own name.

    var backend: any ParallelBackend { self.settings.backend }

    /// The backend, as errors name it.
    var backendName: String { self.settings.backendName }

    var workers: Int { self.settings.workers }

    var hasWorkers: Bool { self.settings.hasWorkers }

    var batchSize: Int? { self.settings.batchSize }

    var window: Int? { self.settings.window }

    var timeout: Duration? { self.settings.timeout }

    var stallTimeout: Duration? { self.settings.config.stallTimeout }

    var retries: Int { self.settings.retries }

    var needsWorker: Bool { self.settings.needsWorker }

    /// Whether tasks run in forked copies of the process.
    var isForked: Bool { self.settings.isForked }

    /// Whether the calling thread must run no task, but only wait.
    var callerOnlyWaits: Bool { self.needsWorker || self.isForked || self.isShipped }

    /// Whether tasks are sent to workers that have neither the caller's memory nor a copy of it.
    var isShipped: Bool { self.settings.isShipped }

    var tracesThrows: Bool { self.settings.tracesThrows }

    /// Whether it is shown which task of a worker process has printed what.
    var tagsOutput: Bool { (self.settings.config.verbose ?? 0) > 10 }

    /// The time limit in nanoseconds.
    var timeLimit: UInt64? { self.timeout.map(\.clampedNanoseconds) }

    /// Whether somebody is told of each task.
    var reportsTasks: Bool { self.report?.wantsTasks ?? false }

    /// Whether a task that ran too long can only be found out when it returns.
    var checksTimeAfterwards: Bool { self.timeout != nil && !self.needsWorker }

    /// Whether the calling thread, which blocks in the call, is one of the workers.
    var callerWorks: Bool { !self.callerOnlyWaits }

    /// What a loop in a forked worker is run by, of which the loops inside of its tasks are nested ones.
    ///
    /// - Parameter workers: How many threads they may use together.
    /// - Returns: A plan of which nothing is shared with other threads of this process.
    func forChildren(workers: Int) -> CallPlan {
        var capabilities = BackendCapabilities()
        capabilities.nested = self.settings.capabilities.nested
        let settings = CallSettings(
            backend: self.backend,
            registeredName: self.settings.registeredName,
            capabilities: capabilities,
            config: self.settings.config,
            workers: workers,
            requestedJobs: workers,
            batchSize: nil,
            window: nil,
            timeout: nil,
            retries: 0,
            lendsMemory: false
        )
        return CallPlan(settings, pool: nil, report: nil, scope: self.scope, enclosing: nil, stopScopes: [])
    }

    /// The seed that is given, or one for this call.
    func makeRootSeed() -> UInt64 {
        self.settings.config.seed ?? self.enclosing?.nestedSeed ?? RootSeeds.next()
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
    /// - Parameter taskCount: How many tasks there are, where that is known.
    /// - Returns: The session.
    /// - Throws: ``ParallelError``, which names the backend.
    func openSession(taskCount: Int? = nil) throws(ParallelError) -> OpenedSession {
        if let opened = self.pool?.lend() { return opened }
        let listeners = self.settings.capabilities.isElastic ? WorkerListeners() : nil
        var request = OpenRequest(
            workers: self.settings.takesAll ? .max : self.workers,
            workersChanged: { listeners?.workersChanged() },
            hostsChanged: { listeners?.hostsChanged($0) }
        )
        request.taskCount = taskCount
        let session: any WorkerSession
        do {
            session = try self.backend.open(request)
        } catch {
            throw ParallelError.wrapping(error, as: .startupFailed, self.backendName, "could not be opened")
        }
        let workers = session.workers
        guard workers > 0 else {
            session.close()
            throw ParallelError(.noWorkers, "\(self.backendName) opened a session with \(workers) workers")
        }
        return OpenedSession(
            session,
            listeners,
            isShipped: self.isShipped,
            bytesAhead: self.settings.capabilities.bytesAhead
        )
    }
}
