// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// What a backend can do, as a value.
public struct BackendCapabilities: Sendable, Hashable {
    /// How far the workers are from the caller's memory.
    public struct Reach: Sendable, Hashable {
        private let name: String

        /// Workers run closures and write into the caller's memory: threads, queues.
        public static let sameMemory = Reach(name: "sameMemory")

        /// Workers are copies of the caller's process, made by fork(2).
        ///
        /// They have its closures, and write into memory of their own. The backend is a ``ForkingBackend``.
        public static let forkedCopy = Reach(name: "forkedCopy")

        /// Workers see bytes only, as in other processes or on other hosts, where closures cannot get.
        public static let elsewhere = Reach(name: "elsewhere")
    }

    /// How far the workers are from the caller's memory.
    public var reach = Reach.sameMemory

    /// Whether there are workers beside the calling thread; `false` runs every loop in the thread that calls it.
    public var hasWorkers = true

    /// How many batches a worker is given at once, from 1, where they are sent to it; the next is there when it is done with one.
    public var batchesAhead = 2

    /// From how many bytes of tasks on, of those that are with workers or on their way, no worker is given a batch while it has one; from 0.
    ///
    /// Each that has none is given one, as long as all of them take less than a quarter of the memory that there is. Large arrays that
    /// travel apart are not counted.
    public var bytesAhead = 512 << 20

    /// Whether a task that ends its process ends no more than that; forked copies of the caller do.
    public var survivesCrashes = false

    /// Whether ``WorkerSession/workers`` may change while a session is open; each change is announced by
    /// ``OpenRequest/workersChanged``.
    public var isElastic = false

    /// The number of jobs of a call that leaves `nJobs` unset, from 1; negative as for `nJobs`: -1 is every CPU.
    public var defaultNJobs = 1

    /// Whether `innerMaxNumThreads` can be honoured.
    public var limitsInnerThreads = false

    /// Which backend the loops inside of tasks get.
    public var nested = NestedPolicy.inherited

    /// The names of the ``BackendParameter``s that are understood; any other is refused.
    public var parameters: Set<String> = []

    /// Makes the capabilities of a pool of threads.
    public init() {}
}

/// What loops inside of a backend's tasks get that choose no backend or no `nJobs` of their own.
///
/// Data, not a backend: the name is looked up where the task runs. Whatever it says, loops inside of tasks share the
/// `nJobs` of the outermost one.
public struct NestedPolicy: Sendable, Hashable {
    let backendName: String?
    let nJobs: Int?

    /// What the scope around the call says, the same backend most often.
    public static let inherited = NestedPolicy(backendName: nil, nJobs: nil)

    /// The task's own thread alone.
    public static let sequential = NestedPolicy(backendName: "sequential", nJobs: nil)

    /// A registered backend.
    ///
    /// - Parameters:
    ///   - name: Its name.
    ///   - nJobs: As for ``Parallel``; `nil`: what the scope around the call says.
    /// - Returns: The policy.
    public static func named(_ name: String, nJobs: Int? = nil) -> NestedPolicy {
        NestedPolicy(backendName: name, nJobs: nJobs)
    }

    /// The scope of tasks, given that of the call; `nil` when it is the same.
    func scope(of call: ParallelConfig) -> ParallelConfig? {
        guard self != .inherited else { return nil }
        let config = ParallelConfig(backend: self.backendName.map { .named($0) }, nJobs: self.nJobs)
        return config.overlaying(call)
    }
}
