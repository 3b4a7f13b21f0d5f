// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// A backend whose workers are forked copies of the program; its sessions are ``ForkingSession``s.
public protocol ForkingBackend: ParallelBackend {
    /// Turns results that are not bitwise-copyable into bytes.
    var taskCoder: any TaskCoder { get }
}

/// A session whose workers are copies of this process, made by fork(2): they run any closure, and crash alone.
///
/// ``WorkerSession/submit(_:)`` runs a batch on a thread of this process, as for threads. In it the core forks workers, hands
/// them their tasks by the fork itself, and waits for them on that thread: one thread for each worker.
public protocol ForkingSession: WorkerSession {
    /// How many tasks one worker may run before another takes its place, from 1; `nil`: any number. By default that.
    var maxTasksPerWorker: Int? { get }

    /// Whether a task whose worker was ended from outside may run again; by default it may.
    var isIdempotent: Bool { get }

    /// Forks a worker that runs a closure on one thread and leaves by `_exit(2)`.
    ///
    /// - Parameter body: What the worker does; it is given what sends messages to ``ForkedWorker/next(until:)``.
    /// - Returns: The worker, for whose end the calling thread waits.
    /// - Throws: When the system has no process, descriptor or memory left to give.
    func fork(_ body: @escaping @Sendable (_ send: @escaping ([UInt8]) -> Void) -> Void) throws -> any ForkedWorker
}

extension ForkingSession {
    /// Any number.
    public var maxTasksPerWorker: Int? { nil }

    /// They may.
    public var isIdempotent: Bool { true }
}

/// A forked worker, as its parent sees it.
public protocol ForkedWorker: AnyObject, Sendable {
    /// The id of its process.
    var pid: Int32 { get }

    /// Waits for what the worker sends, writes, or for its end, which is told once, after all else; by one thread.
    ///
    /// - Parameter deadline: In nanoseconds of the monotonic clock, CLOCK_MONOTONIC.
    /// - Returns: What was heard; ``ForkedWorkerEvent/late`` once the deadline has passed.
    func next(until deadline: UInt64) -> ForkedWorkerEvent

    /// Has ``next(until:)`` return ``ForkedWorkerEvent/woken``; from any thread.
    func wake()

    /// What tells one standstill of the worker from another; by default not known.
    ///
    /// It stands still when it waits for what only a thread of its own could do, and has none that could. `nil` while it is at
    /// none.
    var standstill: Int? { get }

    /// Whether the worker's memory can be read while it waits; by default it cannot.
    var canRead: Bool { get }

    /// Copies memory of the worker, which waits meanwhile.
    ///
    /// - Parameters:
    ///   - address: Where it begins.
    ///   - buffer: Where it goes; its size is how much is copied.
    /// - Returns: Whether all of it was.
    func read(_ address: UInt, into buffer: UnsafeMutableRawBufferPointer) -> Bool

    /// Ends the worker, whatever it does.
    ///
    /// - Parameter recordsStack: Whether to find out first where it was; that may take a tenth of a second.
    func kill(recordsStack: Bool)
}

extension ForkedWorker {
    /// Not known.
    public var standstill: Int? { nil }

    /// It cannot.
    public var canRead: Bool { false }

    /// Copies nothing.
    public func read(_ address: UInt, into buffer: UnsafeMutableRawBufferPointer) -> Bool { false }
}

/// What is heard of a forked worker.
public enum ForkedWorkerEvent: Sendable {
    /// It has sent a message.
    case message([UInt8])

    /// It has written whole lines to its standard output, or its standard error.
    case lines([UInt8], isError: Bool)

    /// ``ForkedWorker/wake()`` was called.
    case woken

    /// The deadline has passed.
    case late

    /// Its process has ended.
    case ended(ForkedWorkerEnd)
}

/// How a forked worker has ended.
public struct ForkedWorkerEnd: Sendable {
    /// Whether its closure has returned.
    public let isDone: Bool

    /// The signal that ended it; `nil` when it exited.
    public let signal: Int32?

    /// The status with which it exited; `nil` when a signal ended it.
    public let exitCode: Int32?

    /// What happened, in words, as far as more is known than the signal or the status.
    public let explanation: String?

    /// Where it was, a frame on each line; `nil` when that is not known.
    public let stackTrace: String?

    /// Why it could not begin; `nil` when it could.
    public let startupFailure: String?

    /// Makes a description of an end.
    public init(
        isDone: Bool,
        signal: Int32?,
        exitCode: Int32?,
        explanation: String? = nil,
        stackTrace: String? = nil,
        startupFailure: String? = nil
    ) {
        self.isDone = isDone
        self.signal = signal
        self.exitCode = exitCode
        self.explanation = explanation
        self.stackTrace = stackTrace
        self.startupFailure = startupFailure
    }
}
