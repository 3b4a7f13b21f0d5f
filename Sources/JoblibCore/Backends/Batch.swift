// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Work for one worker, opaque to the backend that carries it.
///
/// On workers that share memory with the caller a batch is a share of the whole loop: it claims tasks until none is left.
/// Whoever takes a batch completes it once. The core ignores and reports a second completion, and notices a batch that
/// was let go of without one: ``ParallelEvent/Kind/backendFault``.
public struct Batch: Sendable, CustomStringConvertible {
    private let ticket: BatchTicket

    init(_ ticket: BatchTicket) {
        self.ticket = ticket
    }

    /// Makes a batch that belongs to no call, for the tests of a session.
    ///
    /// - Parameters:
    ///   - isObsolete: What ``isObsolete`` says.
    ///   - body: What ``run()`` does.
    public init(
        isObsolete: @escaping @Sendable () -> Bool = { false },
        _ body: @escaping @Sendable () -> Void
    ) {
        self.init(BatchTicket(ClosureWork(body, isObsolete), call: CallID(number: 0), number: 0))
    }

    /// Makes a batch of another process's call, of which nothing is known but its ``payload``.
    ///
    /// For whoever passes batches on, such as a host that has workers of its own: any ``ShippingBackend`` takes it.
    ///
    /// - Parameters:
    ///   - payload: What the other process's batch has for ``payload``.
    ///   - call: What the batch is to be known by, for ``WorkerSession/cancel(_:)``.
    ///   - relay: Is told what comes of it, and then let go of.
    public init(payload: [UInt8], call: CallID, _ relay: any BatchRelay) {
        self.init(BatchTicket(RelayedWork(payload, relay), call: call, number: 0))
    }

    /// What is told what comes of a batch that was made of another process's; `nil` for one of a call of this process.
    ///
    /// Where a worker leaves parts of an answer elsewhere, a backend may hand them to it before the answer.
    public var relay: (any BatchRelay)? { self.ticket.work.relay }

    /// The call that the batch belongs to.
    public var call: CallID { self.ticket.call }

    /// The number of the batch in its call, from 0.
    public var number: Int { self.ticket.number }

    /// Whether the call is over, so that running the batch would do nothing and a backend may drop it uncompleted.
    public var isObsolete: Bool { self.ticket.work.isObsolete }

    /// Completes the batch by running it in the calling thread; results find their places by themselves.
    ///
    /// Returns at once when the call has ended in the meantime. Never throws: what the tasks throw is the core's business.
    public func run() {
        self.ticket.run()
    }

    /// Completes the batch without running it: its worker is lost, or cannot take it after all.
    ///
    /// The call goes on where others can do the work, and throws a ``ParallelError`` that names the backend where not. Of a
    /// worker that was sent the ``payload``, a ``WorkerDeath`` says that a task has ended its process: it is found out which
    /// one. With ``BatchNotBegun`` the tasks are run again, as if they had not been sent. With any other error nobody is to blame,
    /// and the tasks are run again up to twice.
    ///
    /// - Parameter error: Why; shown in that error.
    public func fail(_ error: any Error) {
        self.ticket.fail(error)
    }

    /// What a worker elsewhere is to be given, for `PortableWorker.execute`; empty for a batch that shares the caller's memory.
    public var payload: [UInt8] { self.ticket.shipment?.payload ?? [] }

    /// Takes in an answer of the worker that has the ``payload``, in the order in which it was sent.
    ///
    /// - Parameter answer: What `PortableWorker.execute` sent, or any bytes: they are checked, and what makes no sense is
    ///   ignored.
    public func accept(_ answer: [UInt8]) {
        self.ticket.accept(answer)
    }

    /// Notes that the next answer comes with large arrays that have travelled apart, so that the call sends fewer batches ahead.
    ///
    /// - Parameter byteCount: How many bytes they have together.
    public func noteArrays(of byteCount: Int) { self.ticket.shipment?.noteArrays(of: byteCount) }

    /// Completes the batch: the worker that has the ``payload`` is done, and all its answers were taken in.
    ///
    /// - Returns: Whether the answers were for all its tasks that were still wanted; the others run again. A worker that
    ///   keeps to its contract leaves none out.
    @discardableResult
    public func finish() -> Bool {
        self.ticket.finish()
    }

    /// Returns a batch that completes this one, with something done around its running; for backends around others.
    ///
    /// - Parameter around: Gets a closure that runs this batch, and calls it, in the thread that runs the new one.
    /// - Returns: The batch to pass on in place of this one.
    public func wrapped(_ around: @escaping @Sendable (_ run: () -> Void) -> Void) -> Batch {
        Batch(BatchTicket(WrapperWork(self, around), call: self.call, number: self.number, self.ticket.plan))
    }

    /// The call and the number.
    public var description: String { "batch \(self.number) of \(self.call)" }
}

/// What becomes of a batch that was made of another one's payload: it is told what the original is to be told.
public protocol BatchRelay: AnyObject, Sendable {
    /// Whether nobody wants the batch any more.
    var isObsolete: Bool { get }

    /// An answer has come, for the original's ``Batch/accept(_:)``.
    func accept(_ answer: [UInt8])

    /// The batch is done; called once, if at all.
    func finish()

    /// The batch will not be done, for the original's ``Batch/fail(_:)``; called once, if at all.
    func fail(_ error: any Error)
}

/// What the core puts into a batch.
protocol BatchWork: AnyObject, Sendable {
    /// The same, where it can be sent to a worker.
    var shipped: (any ShippedWork)? { get }

    /// What is told what comes of it, where it is another process's.
    var relay: (any BatchRelay)? { get }

    func runAsBatch()

    /// Whether running it would do nothing any more.
    var isObsolete: Bool { get }

    /// Called when the backend will not run it.
    func batchFailed(_ error: ParallelError)
}

extension BatchWork {
    var shipped: (any ShippedWork)? { nil }
    var relay: (any BatchRelay)? { nil }
}

/// Work that is sent to a worker elsewhere.
protocol ShippedWork: BatchWork {
    /// What is sent.
    var payload: [UInt8] { get }

    /// Takes an answer in.
    func accept(_ answer: [UInt8])

    /// The next answer comes with arrays that have travelled apart.
    func noteArrays(of byteCount: Int)

    /// The worker is done; returns whether with all that is wanted.
    func finish() -> Bool

    /// The worker is gone.
    func wasLost(_ cause: any Error)
}

extension ShippedWork {
    func noteArrays(of byteCount: Int) {}
}

private final class ClosureWork: BatchWork {
    private let body: @Sendable () -> Void
    private let isOver: @Sendable () -> Bool

    init(_ body: @escaping @Sendable () -> Void, _ isOver: @escaping @Sendable () -> Bool) {
        self.body = body
        self.isOver = isOver
    }

    var isObsolete: Bool { self.isOver() }

    func runAsBatch() { self.body() }

    func batchFailed(_ error: ParallelError) {}
}

private final class WrapperWork: ShippedWork {
    private let batch: Batch
    private let around: @Sendable (() -> Void) -> Void

    init(_ batch: Batch, _ around: @escaping @Sendable (() -> Void) -> Void) {
        self.batch = batch
        self.around = around
    }

    var shipped: (any ShippedWork)? { self }

    var relay: (any BatchRelay)? { self.batch.relay }

    var isObsolete: Bool { self.batch.isObsolete }

    func runAsBatch() { self.around { self.batch.run() } }

    func batchFailed(_ error: ParallelError) { self.batch.fail(error) }

    var payload: [UInt8] { self.batch.payload }

    func accept(_ answer: [UInt8]) { self.batch.accept(answer) }

    func noteArrays(of byteCount: Int) { self.batch.noteArrays(of: byteCount) }

    func finish() -> Bool { self.batch.finish() }

    func wasLost(_ cause: any Error) { self.batch.fail(cause) }
}

private final class RelayedWork: ShippedWork {
    let payload: [UInt8]
    private let told: any BatchRelay

    init(_ payload: [UInt8], _ relay: any BatchRelay) {
        self.payload = payload
        self.told = relay
    }

    var relay: (any BatchRelay)? { self.told }

    var shipped: (any ShippedWork)? { self }

    var isObsolete: Bool { self.told.isObsolete }

    /// Nothing: a backend that runs batches itself sends none.
    func runAsBatch() {
        self.told.fail(ParallelError(.poolUnhealthy, "a batch of another process was run in this one"))
    }

    func batchFailed(_ error: ParallelError) { self.told.fail(error) }

    func accept(_ answer: [UInt8]) { self.told.accept(answer) }

    func finish() -> Bool {
        self.told.finish()
        return true
    }

    func wasLost(_ cause: any Error) { self.told.fail(cause) }
}
