// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Synchronization

/// What a session is opened for.
///
/// A value, so that more can be asked later without breaking backends.
public struct OpenRequest: Sendable {
    /// How many batches may run at once, at least 1; the core never submits more at once.
    public let workers: Int

    /// How many tasks there are, of which each batch has one at least; `nil` where that is not known, or the session is for more calls.
    public var taskCount: Int?

    /// To be called, from any thread, after ``WorkerSession/workers`` has changed; only elastic backends need it.
    public let workersChanged: @Sendable () -> Void

    /// To be called, from any thread, when a host of the session has come or gone; only elastic backends have any that is listened to.
    ///
    /// Whoever follows a call of the session is told, and of the hosts that are there already when the call begins. It never waits.
    public let hostsChanged: @Sendable (HostEvent) -> Void

    /// Makes a request; the core does it for calls, a test for a backend.
    public init(
        workers: Int,
        workersChanged: @escaping @Sendable () -> Void = {},
        hostsChanged: @escaping @Sendable (HostEvent) -> Void = { _ in }
    ) {
        self.workers = workers
        self.workersChanged = workersChanged
        self.hostsChanged = hostsChanged
    }
}

/// Tells the calls of a process apart.
public struct CallID: Hashable, Sendable, CustomStringConvertible {
    /// Tells it from the other calls of the process, from 1.
    public let number: UInt64

    /// Makes the id of a call of another process, whose batches are passed on by this one.
    public init(relayed number: UInt64) {
        self.init(number: number)
    }

    init(number: UInt64) {
        self.number = number
    }

    // Relaxed: a number is all that two calls have to agree on.
    private static let calls = Atomic<UInt64>(0)

    /// Returns the id of another call.
    static func next() -> CallID { CallID(number: self.calls.wrappingAdd(1, ordering: .relaxed).newValue) }

    /// The number of the call in its process, such as `"call 12"`.
    public var description: String { "call \(self.number)" }
}

/// One call, as a session is told of it.
public struct CallDescription: Sendable {
    /// The call.
    public let id: CallID

    /// How many of its batches may run at once, at least 1 and at most what the session was opened for.
    public let workers: Int

    /// How many tasks there are, where that is known beforehand.
    public let taskCount: Int?
}

/// How a call ended; new ways may appear in later versions.
public struct CallEnd: Hashable, Sendable, CustomStringConvertible {
    /// The name of the way.
    public let description: String

    /// Every task has returned.
    public static let completed = CallEnd(description: "completed")

    /// A task or the backend failed.
    public static let failed = CallEnd(description: "failed")

    /// The caller was cancelled or interrupted, or let go of the results.
    public static let cancelled = CallEnd(description: "cancelled")

    /// How a call ended whose error this is.
    init(error: (any Error)?) {
        switch error {
        case nil: self = .completed
        case is CancellationError: self = .cancelled
        case let error as ParallelError where error.code == .cancelled: self = .cancelled
        default: self = .failed
        }
    }

    private init(description: String) {
        self.description = description
    }
}
