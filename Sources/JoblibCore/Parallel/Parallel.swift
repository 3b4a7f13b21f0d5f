// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// A parallel loop: any number of independent calls, on the backend that the caller or a scope around it chooses.
///
/// A value may be used for any number of calls, also at the same time. It takes what it leaves unset from the
/// `parallelConfig` scope around the place where it is *made*: a library makes it in the function that loops, never in a
/// `static let`.
///
/// Every form has a synchronous twin, which blocks the calling thread and makes it one of the workers, and an
/// asynchronous one, which never blocks a thread of the cooperative pool and obeys task cancellation. One job runs in
/// the calling thread of a synchronous call, without any thread, queue or copy.
///
/// A call throws a ``TaskFailure`` when a task failed, with its index and arguments, and a ``ParallelError`` when the
/// call itself could not be made. The failure is the one that came first in time; no task starts after it, and when
/// the call has thrown nothing of it runs any more, except tasks abandoned after their `timeout`. joblib's `Parallel`.
public struct Parallel: Sendable {
    let explicit: ParallelConfig
    let scope: ConfigScope
    let timeout: Duration?
    let preDispatch: PreDispatch
    var batchSize: BatchSize
    let retries: Int
    let pool: PooledSession?

    /// Whether tasks use memory that is the caller's only until the call returns.
    var lendsMemory = false

    let memory = SettingsMemory()

    /// Why a hint is not followed, which is told to whoever follows the call.
    var refusedHint: ParallelError?

    /// Makes a loop.
    ///
    /// What is wrong with the arguments is thrown by its first call, before any input is read.
    ///
    /// - Parameters:
    ///   - nJobs: How many tasks run at once: from 1 up, beyond the CPUs too; -1 is every CPU, -2 all but one; 0 is an
    ///     error. Unset, the backend's default, which is 1 for the local ones. Inside of a task the CPUs are those of
    ///     the outermost loop's `nJobs`, which all loops inside of it share.
    ///   - backend: Where tasks run: `"threading"`, `.named(name)`, `.instance(backend)`. Unset, threads.
    ///   - verbose: Prints joblib's lines, and one at the end that says why the call was slow: none for 0 and below, more
    ///     the higher the number, above 10 one for every task but some of the last; to the standard error below 50, to the standard output from
    ///     50 on. From 10 on, a failure says where its error was thrown; above 10, each line that a task prints in a process of
    ///     its own begins with the task, as in `[task 3] text`.
    ///   - progress: Shows how far the call is, or tells what happens: `.bar`, `.lines`, `.observer { event in … }`.
    ///   - timeout: The longest that one task may run, from its start in the worker. A thread cannot be killed: the
    ///     call throws `.timedOut` while the task goes on running, on a thread that nothing else uses until it returns;
    ///     let long tasks look at ``TaskContext/isCancelled``. `forEachChunk`, whose tasks borrow the caller's memory,
    ///     waits for the task before it throws, and so does a loop without workers.
    ///   - preDispatch: How many batches may be in flight or buffered, which bounds how far lazily read input is read
    ///     ahead: `.all`, a number, `"1.5*n_jobs"`, `.perWorker(2)`. `map` and lists made
    ///     of an array, which is not read, ignore it.
    ///   - batchSize: Tasks that a worker takes at once: `.auto` or a number, which is kept exactly; under a `timeout` they
    ///     go one by one.
    ///   - tempFolder: Where process backends make files of large arrays, instead of memory; threads have no use for it.
    ///   - maxNBytes: Process backends share an array that has more bytes than this; no effect on threads.
    ///   - mmapMode: How workers in other processes map shared arrays; no effect on threads.
    ///   - prefer: A hint, `.threads` or `.processes`, for when no backend is chosen; never makes a call fail.
    ///   - require: A constraint: `.sharedmem`.
    ///   - innerMaxNumThreads: How many threads libraries inside a worker may use; refused with `.unsupportedOption` by a
    ///     backend that cannot set it, which is every one that runs in this process.
    ///   - seed: The root of every task's random numbers; unset, one for each call, reported in the `started` event.
    ///   - stallTimeout: How long the backend may keep a batch of tasks before it begins to run it. Then the call goes on
    ///     without the batch where others do its work, and throws ``ParallelError`` `.stalled`, with the backend and the
    ///     batch, where not. Unset, for ever: threads begin as soon as the system lets them.
    ///   - retries: How often a task runs again after it threw, died, or ran out of time. A death from outside is run
    ///     again up to twice whatever this says, unless `.idempotent(false)` is among the parameters; after that the task fails
    ///     with the reason `.quarantined`.
    ///   - backendParams: Settings of the chosen backend; a name that it does not take is refused.
    public init(
        nJobs: Int? = nil,
        backend: BackendSelection? = nil,
        verbose: Int? = nil,
        progress: ProgressDisplay? = nil,
        timeout: Duration? = nil,
        preDispatch: PreDispatch = "2*n_jobs",
        batchSize: BatchSize = .auto,
        tempFolder: String? = nil,
        maxNBytes: ByteCount? = nil,
        mmapMode: MmapMode? = nil,
        prefer: BackendPreference? = nil,
        require: BackendRequirement? = nil,
        innerMaxNumThreads: Int? = nil,
        seed: UInt64? = nil,
        stallTimeout: Duration? = nil,
        retries: Int = 0,
        backendParams: [BackendParameter] = []
    ) {
        self.explicit = ParallelConfig(
            backend: backend,
            nJobs: nJobs,
            verbose: verbose,
            progress: progress,
            tempFolder: tempFolder,
            maxNBytes: maxNBytes,
            mmapMode: mmapMode,
            prefer: prefer,
            require: require,
            innerMaxNumThreads: innerMaxNumThreads,
            seed: seed,
            stallTimeout: stallTimeout,
            backendParams: backendParams
        )
        self.scope = .current
        self.timeout = timeout
        self.preDispatch = preDispatch
        self.batchSize = batchSize
        self.retries = retries
        self.pool = nil
    }

    init(_ other: Parallel, pool: PooledSession) {
        self.explicit = other.explicit
        self.scope = other.scope
        self.timeout = other.timeout
        self.preDispatch = other.preDispatch
        self.batchSize = other.batchSize
        self.retries = other.retries
        self.pool = pool
    }

    /// Makes a value that differs in its backend alone.
    ///
    /// - Parameters:
    ///   - other: The value to make it from.
    ///   - backend: What is chosen in its place.
    init(_ other: Parallel, backend: BackendSelection) {
        var explicit = other.explicit
        explicit.backend = backend
        self.explicit = explicit
        self.scope = other.scope
        self.timeout = other.timeout
        self.preDispatch = other.preDispatch
        self.batchSize = other.batchSize
        self.retries = other.retries
        self.pool = nil
    }

    /// Makes a value that runs on threads what a process backend, preferred by a hint, cannot do.
    ///
    /// - Parameters:
    ///   - other: The value to make it from.
    ///   - refusal: Why that backend cannot.
    init(_ other: Parallel, onThreads refusal: ParallelError) {
        var explicit = other.explicit
        explicit.prefer = .threads
        self.explicit = explicit
        self.scope = other.scope
        self.timeout = other.timeout
        self.preDispatch = other.preDispatch
        self.batchSize = other.batchSize
        self.retries = other.retries
        self.pool = nil
        self.refusedHint = refusal
    }
}

extension Parallel: CustomStringConvertible {
    /// The loop with its number of jobs, such as `Parallel(n_jobs=-1)`: joblib's `repr`, with which printed lines begin.
    public var description: String {
        let nJobs = self.explicit.nJobs ?? self.scope.config.nJobs
        return "Parallel(n_jobs=\(nJobs.map(String.init) ?? "None"))"
    }
}
