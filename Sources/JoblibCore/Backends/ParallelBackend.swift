// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Where the tasks of a loop run.
///
/// A backend moves batches and knows nothing of what is in them: the core resolves `nJobs`, orders results, batches,
/// retries, times out, and reports failures. `open(_:)` and ``WorkerSession/submit(_:)`` are all that has to be written.
/// The obligations of whoever implements the two protocols are numbered in `docs/backend-contract.md`; the conformance
/// kit, `JoblibTestKit`, has a case for each.
public protocol ParallelBackend: Sendable {
    /// The name shown to people, such as `"ThreadingBackend"`; by default the name of the type.
    ///
    /// Errors of a call that has chosen the backend by a name have that name instead.
    var displayName: String { get }

    /// What the backend can do. The core reads it once a call and never guesses; by default what threads can do.
    var capabilities: BackendCapabilities { get }

    /// How many workers there are that `nJobs: -1` stands for, from 1; `nil`, by default: as many as this process has CPUs.
    ///
    /// Asked before each call whose `nJobs` is negative, its own or ``BackendCapabilities/defaultNJobs``, perhaps more than once; may wait
    /// until there is one.
    /// A backend that answers is asked to open `Int.max` workers for -1, and gives all that it has, and gets. joblib's
    /// `effective_n_jobs`.
    ///
    /// - Throws: When there is no worker; what is no ``ParallelError`` becomes `.startupFailed`.
    func countWorkers() throws -> Int?

    /// Starts or finds workers: once for a call that needs one, or once for all calls inside of `withPool`.
    ///
    /// - Throws: Rather than to return a session without workers; what is no ``ParallelError`` becomes `.startupFailed`.
    func open(_ request: OpenRequest) throws -> any WorkerSession
}

/// Workers that are open for one call, or for the calls inside of `withPool`.
public protocol WorkerSession: AnyObject, Sendable {
    /// Hands a batch to a worker without waiting for it; any thread may call, a worker's inside of a batch too.
    ///
    /// Each batch taken is completed once: by ``Batch/run()``, with no lock held, or by ``Batch/fail(_:)``.
    ///
    /// - Throws: When there is no worker to hand it to; the batch must not be completed then.
    func submit(_ batch: Batch) throws

    /// How many batches can run at once, from 1; by default no limit beyond what was asked for. Cheap, and from any thread.
    var workers: Int { get }

    /// A call begins; its batches follow. By default nothing.
    ///
    /// - Throws: To refuse the call; then it does not end either.
    func begin(_ call: CallDescription) throws

    /// The call has failed or was cancelled: its batches that have not begun need not run. By default nothing.
    ///
    /// Must not wait; each batch is still completed.
    func cancel(_ call: CallID)

    /// The call is over, however it went: no task of it runs, and no batch of it comes. By default nothing.
    func end(_ call: CallID, _ reason: CallEnd)

    /// Runs a closure that waits on one of the session's threads for a batch that may not have begun. By default just that.
    ///
    /// Called by that thread, inside of `run()`; such waits may nest. Sessions whose number of threads is fixed start another
    /// one before they call the closure, and do without where there is none to be had.
    func whileWaiting(_ body: () -> Void)

    /// One of the session's threads is stuck in a task that was given up. By default nothing.
    ///
    /// Sessions whose number of threads is fixed start another one and keep it: they are told neither which is stuck nor when
    /// it comes back.
    func workerWasLost()

    /// The last call has ended: lets go of all that was taken for the session. By default nothing.
    ///
    /// Must not wait for a thread that is inside of `run()`: it may be called by one, and others may be stuck.
    func close()
}

// What need not be written: each default is safe for workers that share memory with the caller.

extension ParallelBackend {
    /// The name of the type.
    public var displayName: String { String(describing: type(of: self)) }

    /// The backend, as errors name it: by the name that was asked for, where there is one.
    func name(registeredAs name: String?) -> String { name.map { "backend '\($0)'" } ?? self.displayName }

    /// What threads can do.
    public var capabilities: BackendCapabilities { BackendCapabilities() }

    /// As many as this process has CPUs.
    public func countWorkers() throws -> Int? { nil }
}

extension WorkerSession {
    /// No limit of the session's own.
    public var workers: Int { .max }

    /// Does nothing.
    public func begin(_ call: CallDescription) throws {}

    /// Does nothing.
    public func cancel(_ call: CallID) {}

    /// Does nothing.
    public func end(_ call: CallID, _ reason: CallEnd) {}

    /// Calls the closure.
    public func whileWaiting(_ body: () -> Void) { body() }

    /// Does nothing.
    public func workerWasLost() {}

    /// Does nothing.
    public func close() {}
}
