// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX
import Synchronization

/// One call's dealings with the session that it uses: all that the core says across the seam, it says here.
final class OpenCall: Sendable {
    let session: any WorkerSession
    let id: CallID

    let opened: OpenedSession
    private let plan: CallPlan
    private let batches = Atomic<Int>(0)
    private let isCancelled = Atomic<Bool>(false)

    // Relaxed: a number is all that two calls have to agree on.
    private static let calls = Atomic<UInt64>(0)

    /// Opens a session, or uses the pool's, and begins a call on it.
    ///
    /// - Parameters:
    ///   - plan: What was decided about the call.
    ///   - taskCount: How many tasks there are, where that is known.
    /// - Throws: ``ParallelError``, which names the backend.
    init(_ plan: CallPlan, taskCount: Int?) throws(ParallelError) {
        self.plan = plan
        self.opened = try plan.openSession()
        self.session = self.opened.session
        self.id = CallID(number: Self.calls.wrappingAdd(1, ordering: .relaxed).newValue)
        do {
            try self.session.begin(CallDescription(id: self.id, workers: plan.workers, taskCount: taskCount))
        } catch {
            self.opened.close()
            throw ParallelError.wrapping(error, as: .poolUnhealthy, plan.backend.displayName, "refused \(self.id)")
        }
    }

    /// How many batches of the call may be with the session at once.
    var workers: Int { min(self.session.workers, self.plan.workers) }

    /// Hands work to a worker.
    ///
    /// - Throws: ``ParallelError``, which names the backend; the work will not be run then.
    func submit(_ work: any BatchWork) throws(ParallelError) {
        let number = self.batches.wrappingAdd(1, ordering: .relaxed).oldValue
        let ticket = BatchTicket(work, call: self.id, number: number, self.plan)
        if let limit = self.plan.stallTimeout { try Watchdog.shared.watch(StallWatch(ticket, limit: limit)) }
        do {
            try self.session.submit(Batch(ticket))
        } catch {
            ticket.void()
            throw ParallelError.wrapping(error, as: .poolUnhealthy, self.plan.backend.displayName, "took no batch")
        }
    }

    /// Tells the session, once, that what has not begun need not run.
    func cancel() {
        guard !self.isCancelled.exchange(true, ordering: .relaxed) else { return }
        self.session.cancel(self.id)
    }

    /// Ends the call, and closes the session if it was opened for it.
    func end(_ error: (any Error)?) {
        self.session.end(self.id, CallEnd(error: error))
        self.opened.close()
    }

    /// Has a loop told when there are more workers.
    func listen(_ loop: Loop) { self.opened.listeners?.add(loop) }

    func stopListening(_ loop: Loop) { self.opened.listeners?.remove(loop) }
}

/// A session, and whether the call has to close it.
struct OpenedSession: Sendable {
    let session: any WorkerSession
    let isOwned: Bool
    let listeners: WorkerListeners?

    func close() {
        if self.isOwned { self.session.close() }
    }
}

/// The loops that call more helpers when a session's workers have become more.
final class WorkerListeners: Sendable {
    private let loops = Mutex<[ObjectIdentifier: Loop]>([:])

    func add(_ loop: Loop) {
        self.loops.withLock { $0[ObjectIdentifier(loop)] = loop }
    }

    func remove(_ loop: Loop) {
        self.loops.withLock { _ = $0.removeValue(forKey: ObjectIdentifier(loop)) }
    }

    func workersChanged() {
        for loop in self.loops.withLock({ Array($0.values) }) { loop.callMoreHelpers() }
    }
}
