// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX

/// Something that happened in a loop.
///
/// The events of one call begin with `started`, end with `done`, and carry the same ``call``. Those of one task come in
/// their order: `dispatched`, then for each attempt `taskStarted` and one of `finished`, `failed` and `retried`.
/// Of what was dispatched together some may never start when the call fails.
public struct ParallelEvent: Sendable {
    /// What happened; new kinds may appear in later versions.
    public struct Kind: Hashable, Sendable, CustomStringConvertible {
        /// The name of the kind.
        public let description: String

        /// The call begins: `rootSeed`, `workerCount`, and inside of another loop's task `enclosingCall` are set.
        public static let started = Kind(description: "started")

        /// A worker has been given a task, together with others if `batchSize` is above 1.
        public static let dispatched = Kind(description: "dispatched")

        /// A task begins, for the first time or again.
        public static let taskStarted = Kind(description: "taskStarted")

        /// A task has returned: `duration` is set.
        public static let finished = Kind(description: "finished")

        /// A task has failed for good: `failure` is set.
        public static let failed = Kind(description: "failed")

        /// A task has failed and will run again: `failure` is set.
        public static let retried = Kind(description: "retried")

        /// A worker is lost to the call, in the task whose `index` is set; the task fails or is retried.
        ///
        /// A thread is lost when its task runs longer than `timeout`, a process when it ends in a task.
        public static let workerLost = Kind(description: "workerLost")

        /// The backend broke its contract, lost a batch, or did less than was asked: `error` is set; results are none the worse.
        public static let backendFault = Kind(description: "backendFault")

        /// The call has workers on a host, whose `host` and `workerCount` are set: at its beginning for each that is there, and for those
        /// that come later.
        public static let hostJoined = Kind(description: "hostJoined")

        /// A host has gone that was asked to end, and has done what it had begun: `host` is set.
        public static let hostLeft = Kind(description: "hostLeft")

        /// A host is gone, as its connection has ended, or it has said nothing for too long: `host` and `reason` are set.
        ///
        /// What it had runs elsewhere, or fails by events of its own.
        public static let hostLost = Kind(description: "hostLost")

        /// A host gets no task of the call any more, since it has refused them, is lost too often, or misbehaves: `host` and `reason` are set.
        public static let hostExcluded = Kind(description: "hostExcluded")

        /// The call ends: `end` says how; `inputDuration` and `encodingDuration` say what took time beside
        /// the tasks.
        public static let done = Kind(description: "done")
    }

    /// What happened.
    public let kind: Kind

    /// The call in which it happened.
    public let call: CallID

    /// How long after the beginning of the call it happened.
    let nanoseconds: UInt64

    // Small, since an observer that is slow leaves a queue of these behind: -1 for none, and what few events have apart.
    private var rawIndex = -1
    private var rawAttempt: Int32 = -1
    private var rawWorkerIndex: Int32 = -1
    private var rawDuration: Int64 = -1
    private var rawTaskCount = -1
    private var rawBatchSize = -1
    private var rare: Rare?

    init(_ kind: Kind, call: CallID, nanoseconds: UInt64 = 0) {
        self.kind = kind
        self.call = call
        self.nanoseconds = nanoseconds
    }

    /// What few events have.
    final class Rare: Sendable {
        let failure: TaskFailure?
        let error: ParallelError?
        let start: Start?
        let end: End?
        let host: HostEvent?

        init(
            failure: TaskFailure? = nil,
            error: ParallelError? = nil,
            start: Start? = nil,
            end: End? = nil,
            host: HostEvent? = nil
        ) {
            self.failure = failure
            self.error = error
            self.start = start
            self.end = end
            self.host = host
        }

        struct Start {
            let rootSeed: UInt64
            let workerCount: Int
            let enclosingCall: CallID?
        }

        struct End {
            let way: CallEnd
            let inputDuration: Duration
            let encodingDuration: Duration
        }
    }
}

extension ParallelEvent {
    /// How long after the beginning of the call it happened.
    public var elapsed: Duration { .nanoseconds(Int64(clamping: self.nanoseconds)) }

    /// The task, from 0; `nil` for the call as a whole.
    public internal(set) var index: Int? {
        get { self.rawIndex < 0 ? nil : self.rawIndex }
        set { self.rawIndex = newValue ?? -1 }
    }

    /// The attempt, from 1; `nil` for the call as a whole.
    public internal(set) var attempt: Int? {
        get { self.rawAttempt < 0 ? nil : Int(self.rawAttempt) }
        set { self.rawAttempt = Int32(clamping: newValue ?? -1) }
    }

    /// The worker, from 0; `nil` for the call as a whole.
    ///
    /// Below the number of workers, unless one was lost: what replaces it has the next number, as ``TaskContext/workerIndex``.
    public internal(set) var workerIndex: Int? {
        get { self.rawWorkerIndex < 0 ? nil : Int(self.rawWorkerIndex) }
        set { self.rawWorkerIndex = Int32(clamping: newValue ?? -1) }
    }

    /// How long the attempt ran.
    public internal(set) var duration: Duration? {
        get { self.rawDuration < 0 ? nil : .nanoseconds(self.rawDuration) }
        set { self.rawDuration = newValue.map { Int64(clamping: $0.clampedNanoseconds) } ?? -1 }
    }

    /// How many tasks the call has, once that is known: of a sequence that is read lazily, at its end.
    public internal(set) var taskCount: Int? {
        get { self.rawTaskCount < 0 ? nil : self.rawTaskCount }
        set { self.rawTaskCount = newValue ?? -1 }
    }

    /// How many tasks were dispatched together, from 1.
    public internal(set) var batchSize: Int? {
        get { self.rawBatchSize < 0 ? nil : self.rawBatchSize }
        set { self.rawBatchSize = newValue ?? -1 }
    }

    /// Why the attempt failed.
    public var failure: TaskFailure? { self.rare?.failure }

    /// What the backend did that it must not do.
    public var error: ParallelError? { self.rare?.error }

    /// The seed from which every task's random numbers derive.
    public var rootSeed: UInt64? { self.rare?.start?.rootSeed }

    /// How many tasks run at once; of a host that has joined, how many workers it has, of which other calls may use some.
    public var workerCount: Int? { self.rare?.start?.workerCount ?? self.rare?.host?.workerCount }

    /// The host that has come or gone, for people, such as `"node7:4711 at 10.0.0.7:50312"`.
    public var host: String? { self.rare?.host?.host }

    /// Why a host is lost or left out.
    public var reason: String? { self.rare?.host?.reason }

    /// The call in one of whose tasks this one was made.
    public var enclosingCall: CallID? { self.rare?.start?.enclosingCall }

    /// How the call ended.
    public var end: CallEnd? { self.rare?.end?.way }

    /// How long the workers have waited for the input, and for their turns to read it, all of them together.
    public var inputDuration: Duration? { self.rare?.end?.inputDuration }

    /// How long tasks and results were encoded and decoded; zero where workers share memory.
    public var encodingDuration: Duration? { self.rare?.end?.encodingDuration }

    mutating func set(_ rare: Rare) {
        self.rare = rare
    }
}
