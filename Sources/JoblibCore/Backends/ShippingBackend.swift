// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// A backend whose workers see bytes only; its ``BackendCapabilities/reach`` is `.elsewhere`.
///
/// ``WorkerSession/submit(_:)`` sends ``Batch/payload`` to a worker, which gives it to `PortableWorker.execute`. Its answers go to
/// ``Batch/accept(_:)``, and the batch is completed by ``Batch/finish()``, or by ``Batch/fail(_:)`` when the worker is lost.
public protocol ShippingBackend: ParallelBackend {
    /// Turns tasks, outputs and errors into bytes, where the call asks for no other coder; the workers need the same.
    var taskCoder: any TaskCoder { get }

    /// The same for one call, where something of the call is kept outside of the bytes until its end; by default ``taskCoder``.
    func taskCoder(for call: CallID) -> any TaskCoder

    /// Whether a task whose worker was ended from outside, or whose host was lost, may run again; by default it may.
    var isIdempotent: Bool { get }
}

extension ShippingBackend {
    /// The same for all.
    public func taskCoder(for call: CallID) -> any TaskCoder { self.taskCoder }

    /// It may.
    public var isIdempotent: Bool { true }
}

/// A session whose answers are taken in by whoever waits for them, where that is faster than to wake another thread.
///
/// A call that waits says so, asks again and again for a moment, and then leaves it to the session's own threads.
public protocol AttendedSession: WorkerSession {
    /// Takes in what workers have answered, in the calling thread, without waiting.
    ///
    /// - Returns: Whether there was anything.
    func receive() -> Bool

    /// A thread begins to call ``receive()`` again and again.
    func attend()

    /// It has ceased to.
    ///
    /// - Parameter isWaiting: Whether the thread goes to sleep now, so that somebody else has to take answers in.
    func unattend(isWaiting: Bool)

    /// Whether answers may wait for each other, for a millisecond at most, while workers have enough to do; by default they may not.
    ///
    /// It costs less where many short batches are under way, and delays each.
    var gathersAnswers: Bool { get }
}

extension AttendedSession {
    /// They may not.
    public var gathersAnswers: Bool { false }
}

/// A session that can be asked to give back what its workers have not begun.
public protocol RecallingSession: WorkerSession {
    /// Has batches that no worker is at failed with ``BatchNotBegun``, soon, since others have nothing to do; does not wait.
    func recall()
}
