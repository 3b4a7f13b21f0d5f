// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Where the tasks of a loop run.
///
/// A backend moves batches and knows nothing of what is in them: the core resolves `nJobs`, orders results, retries,
/// and reports failures. `open(_:)` and `WorkerSession.submit(_:)` are all that has to be written; the obligations are
/// numbered in the protocols and apply to whoever implements them.
public protocol ParallelBackend: Sendable {
    /// The name shown to people, such as `"ThreadingBackend"`; by default the name of the type.
    var displayName: String { get }

    /// What the backend can do. The core reads it and never guesses; by default what threads can do.
    var capabilities: BackendCapabilities { get }

    /// Starts or finds workers, at most `request.workers` of them.
    ///
    /// Called once for a call that needs a worker, or once for all calls inside of `withPool`.
    ///
    /// - Throws: ``ParallelError`` rather than a session without workers.
    func open(_ request: OpenRequest) throws -> any WorkerSession
}

extension ParallelBackend {
    /// The name of the type.
    public var displayName: String { String(describing: type(of: self)) }

    /// What threads can do.
    public var capabilities: BackendCapabilities { BackendCapabilities() }
}

/// What a backend can do, as a value.
public struct BackendCapabilities: Sendable, Hashable {
    /// How far the workers are from the caller's memory.
    public struct Reach: Sendable, Hashable {
        private let name: String

        /// Workers run closures and write into the caller's memory: threads, queues.
        public static let sameMemory = Reach(name: "sameMemory")

        /// Workers see bytes only, as in other processes or on other hosts, where closures cannot get.
        public static let elsewhere = Reach(name: "elsewhere")
    }

    /// How far the workers are from the caller's memory.
    public var reach = Reach.sameMemory

    /// Whether there are workers beside the calling thread; `false` runs every loop in the thread that calls it.
    public var hasWorkers = true

    /// The number of jobs of a call that leaves `nJobs` unset, from 1; -1 is every CPU.
    public var defaultNJobs = 1

    /// Whether `innerMaxNumThreads` can be honoured.
    public var limitsInnerThreads = false

    /// The names of the ``BackendParameter``s that are understood; any other is refused.
    public var parameters: Set<String> = []

    /// Makes the capabilities of a pool of threads.
    public init() {}
}

/// What a session is opened for.
public struct OpenRequest: Sendable {
    /// How many batches may run at once, at least 1.
    public let workers: Int
}

/// Workers that are open for one call, or for the calls inside of `withPool`.
///
/// 1. `submit` returns without waiting for the batch, and each batch is run exactly once, or never after a throw.
/// 2. A batch may run at any time, also long after its call has ended: `run()` then returns at once.
/// 3. No lock is held across `run()`: it runs the user's code, which may call `submit` again.
/// 4. `submit` may be called from any thread, also from inside `run()`.
/// 5. `close` is called once, after the last submit; batches that were submitted before still run.
public protocol WorkerSession: AnyObject, Sendable {
    /// Hands a batch to a worker.
    ///
    /// - Throws: When there is no worker to hand it to; the batch must not run then.
    func submit(_ batch: Batch) throws

    /// Ends the session; by default nothing.
    func close()
}

extension WorkerSession {
    /// Does nothing.
    public func close() {}
}
