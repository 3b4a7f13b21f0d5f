// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Synchronization

/// What is decided about all calls of one ``Parallel`` value that are made at the same depth.
///
/// Deciding takes a lock, a dictionary and a dozen comparisons, longer than many a loop, so that a value remembers it.
final class CallSettings: Sendable {
    /// Where tasks run.
    let backend: any ParallelBackend

    /// The name under which the backend was asked for; `nil` where it was given as a value.
    let registeredName: String?

    let capabilities: BackendCapabilities

    /// The arguments of the value over the scope in which it was made.
    let config: ParallelConfig

    /// How many tasks may run at once, at least 1, within the budget of the loop around the call.
    let workers: Int

    /// The number that was asked for, as it was written.
    let requestedJobs: Int

    /// Tasks in a batch; `nil`: as measured.
    let batchSize: Int?

    /// Batches in flight or buffered; `nil`: no bound.
    let window: Int?

    let timeout: Duration?

    let retries: Int

    /// Whether tasks use memory that is the caller's only until the call returns, so that none can be left behind.
    let lendsMemory: Bool

    /// Whether the backend follows from a hint alone, so that it yields to threads where it cannot do what a call needs.
    let isHint: Bool

    /// Why a hint was not followed.
    let refusedHint: ParallelError?

    // What follows is asked for at every call or task, hence computed once.

    /// Whether the backend has workers of its own to run tasks on.
    let hasWorkers: Bool

    /// Whether tasks need another thread than the caller's even if there is only one job: to be left behind.
    let needsWorker: Bool

    /// Whether tasks run in forked copies of the process.
    let isForked: Bool

    /// Whether tasks are sent to workers that have neither the caller's memory nor a copy of it.
    let isShipped: Bool

    /// What the call wants tasks to be coded by, if not by what the backend has.
    let taskCoder: (any TaskCoder)?

    /// Whether the backend has said how many workers there are; it may say something else the next time.
    let isCounted: Bool

    /// Whether the call takes all workers that there are, also those that come later.
    let takesAll: Bool

    /// What bounds the batches of a call that takes all workers.
    private let preDispatch: PreDispatch?

    /// The backend, where it is one whose workers see bytes only.
    let shippingBackend: (any ShippingBackend)?

    /// How tasks and outputs of the type that was used first become bytes.
    let taskCoding = OnceReference<TaskCoding>()

    /// Whether failures say where they were thrown.
    let tracesThrows: Bool

    /// Whether each task has to be watched over, whoever follows the call.
    let isSupervised: Bool

    /// Whether tasks see another scope than their call's.
    let hasNestedPolicy: Bool

    // Relaxed: only compared with the address of a session that is there.
    private let lastSession = Atomic<UInt>(0)

    init(
        backend: any ParallelBackend,
        registeredName: String? = nil,
        capabilities: BackendCapabilities,
        config: ParallelConfig,
        workers: Int,
        requestedJobs: Int,
        batchSize: Int?,
        window: Int?,
        timeout: Duration?,
        retries: Int,
        lendsMemory: Bool,
        isHint: Bool = false,
        refusedHint: ParallelError? = nil,
        taskCoder: (any TaskCoder)? = nil,
        countedBy counter: (backend: any ParallelBackend, preDispatch: PreDispatch)? = nil
    ) {
        self.backend = backend
        self.registeredName = registeredName
        self.capabilities = capabilities
        self.config = config
        self.workers = workers
        self.requestedJobs = requestedJobs
        self.batchSize = batchSize
        self.window = window
        self.timeout = timeout
        self.retries = retries
        self.lendsMemory = lendsMemory
        self.isHint = isHint
        self.refusedHint = refusedHint
        self.taskCoder = taskCoder
        self.isCounted = counter != nil
        self.takesAll = counter != nil && requestedJobs == -1
        self.preDispatch = self.takesAll ? counter?.preDispatch : nil
        self.hasWorkers = capabilities.hasWorkers
        self.isForked = capabilities.reach == .forkedCopy
        self.isShipped = capabilities.reach == .elsewhere
        self.shippingBackend = capabilities.reach == .elsewhere ? backend as? any ShippingBackend : nil
        self.needsWorker =
            capabilities.hasWorkers && timeout != nil && !lendsMemory && capabilities.reach == .sameMemory
        self.tracesThrows = (config.verbose ?? 0) >= 10
        self.hasNestedPolicy = capabilities.nested != .inherited
        self.isSupervised = retries > 0 || timeout != nil || self.tracesThrows
    }

    /// The backend, as errors name it.
    var backendName: String { self.backend.name(registeredAs: self.registeredName) }

    /// The bound on batches in flight or buffered with so many workers, where a call takes all that there are.
    func window(workers: Int) -> Int? {
        guard let preDispatch = self.preDispatch else { return self.window }
        return (try? preDispatch.resolve(workers: workers, requested: workers)) ?? self.window
    }

    /// Notes which session a call has got.
    func didOpen(_ session: any WorkerSession) {
        let id = UInt(bitPattern: ObjectIdentifier(session))
        // Only if it changes: writing takes the memory away from other processors.
        if self.lastSession.load(ordering: .relaxed) != id { self.lastSession.store(id, ordering: .relaxed) }
    }

    /// Whether the last call got this session.
    func usedLast(_ session: any WorkerSession) -> Bool {
        self.lastSession.load(ordering: .relaxed) == UInt(bitPattern: ObjectIdentifier(session))
    }

    /// Whether the calling thread runs every task.
    var isSequential: Bool {
        self.workers == 1 && !self.needsWorker && !self.isForked && !self.isShipped
    }
}
