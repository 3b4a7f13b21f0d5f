// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Something that happened in a loop.
public struct ParallelEvent: Sendable {
    /// What happened; new kinds may appear in later versions.
    public struct Kind: Hashable, Sendable, CustomStringConvertible {
        /// The name of the kind.
        public let description: String

        /// The call begins: `rootSeed` and `workerCount` are set.
        public static let started = Kind(description: "started")

        /// A task begins, for the first time or again.
        public static let taskStarted = Kind(description: "taskStarted")

        /// A task has returned: `duration` is set.
        public static let finished = Kind(description: "finished")

        /// A task has failed for good: `failure` is set.
        public static let failed = Kind(description: "failed")

        /// A task has failed and will run again: `failure` is set.
        public static let retried = Kind(description: "retried")

        /// The backend broke its contract, or lost a batch: `error` is set; results are none the worse for it.
        public static let backendFault = Kind(description: "backendFault")

        /// The call ends, successfully or not.
        public static let done = Kind(description: "done")
    }

    /// What happened.
    public let kind: Kind

    /// The task, from 0; `nil` for the call as a whole.
    public internal(set) var index: Int?

    /// The attempt, from 1; `nil` for the call as a whole.
    public internal(set) var attempt: Int?

    /// The worker, 0 ..< the number of workers; `nil` for the call as a whole.
    public internal(set) var workerIndex: Int?

    /// How long the attempt ran.
    public internal(set) var duration: Duration?

    /// Why the attempt failed.
    public internal(set) var failure: TaskFailure?

    /// What the backend did that it must not do.
    public internal(set) var error: ParallelError?

    /// The seed from which every task's random numbers derive.
    public internal(set) var rootSeed: UInt64?

    /// How many tasks run at once.
    public internal(set) var workerCount: Int?

    /// How many tasks there are, where that is known beforehand.
    public internal(set) var taskCount: Int?

    init(_ kind: Kind) {
        self.kind = kind
    }
}
