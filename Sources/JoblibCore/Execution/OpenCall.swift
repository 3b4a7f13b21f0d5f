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
    private let state = Mutex(State())

    private struct State {
        var phase = Phase.open

        /// The threads that are handing a batch in: the first, 0 for none, and others.
        var submitter: UInt = 0
        var otherSubmitters: [UInt] = []

        mutating func addSubmitter(_ thread: UInt) {
            if self.submitter == 0 { self.submitter = thread } else { self.otherSubmitters.append(thread) }
        }

        mutating func removeSubmitter(_ thread: UInt) {
            if self.submitter == thread {
                self.submitter = self.otherSubmitters.popLast() ?? 0
            } else if let index = self.otherSubmitters.lastIndex(of: thread) {
                self.otherSubmitters.remove(at: index)
            }
        }

        func hasNoSubmitter(but thread: UInt) -> Bool {
            (self.submitter == 0 || self.submitter == thread) && self.otherSubmitters.allSatisfy { $0 == thread }
        }

        /// Whether no further batch may be handed in.
        var isSealed = false

        /// Whether the session is told that the call is cancelled by the last thread that is handing a batch in.
        ///
        /// Of a batch that is sent away nobody would else be told: it does nothing by itself once it is not wanted.
        var cancelsLater = false

        var isCancelled: Bool {
            if case .open = self.phase { return self.cancelsLater }
            return true
        }
    }

    private enum Phase {
        case open

        /// The thread is telling the session that the call is cancelled.
        case cancelling(thread: UInt)

        /// That thread is to end the call once it is done: it is in the middle of both.
        case cancellingThenEnding(CallEnd)

        case cancelled
        case ended
    }

    /// Opens a session, or uses the pool's, and begins a call on it.
    ///
    /// - Parameters:
    ///   - plan: What was decided about the call.
    ///   - taskCount: How many tasks there are, where that is known.
    /// - Throws: ``ParallelError``, which names the backend.
    init(_ plan: CallPlan, taskCount: Int?) throws(ParallelError) {
        self.plan = plan
        self.opened = try plan.openSession(taskCount: taskCount)
        self.session = self.opened.session
        plan.settings.didOpen(self.session)
        self.id = plan.id
        do {
            try self.session.begin(CallDescription(id: self.id, workers: plan.workers, taskCount: taskCount))
        } catch {
            self.opened.close()
            throw ParallelError.wrapping(error, as: .poolUnhealthy, plan.backendName, "refused \(self.id)")
        }
    }

    /// How many batches of the call may be with the session at once.
    var workers: Int {
        self.plan.settings.takesAll ? self.session.workers : min(self.session.workers, self.plan.workers)
    }

    /// What a session is refused for that had workers when it was opened.
    var hasNoWorkers: ParallelError {
        ParallelError(.noWorkers, "\(self.plan.backendName) has \(self.session.workers) workers by now")
    }

    /// Hands work to a worker.
    ///
    /// - Throws: ``ParallelError``, which names the backend; the work will not be run then.
    func submit(_ work: any BatchWork) throws(ParallelError) {
        let thread = Runner.threadIdentity
        let maySubmit = self.state.withLock { state in
            let maySubmit = !state.isSealed && !(self.plan.isShipped && state.isCancelled)
            if maySubmit { state.addSubmitter(thread) }
            return maySubmit
        }
        guard maySubmit else { throw ParallelError(.cancelled, "\(self.id) is over") }
        defer {
            let cancels = self.state.withLock { state in
                state.removeSubmitter(thread)
                guard state.cancelsLater, state.submitter == 0 else { return false }
                state.cancelsLater = false
                return true
            }
            if cancels { self.cancel() }
        }
        let number = self.batches.wrappingAdd(1, ordering: .relaxed).oldValue
        let ticket = BatchTicket(work, call: self.id, number: number, self.plan)
        if let limit = self.plan.stallTimeout {
            do {
                try Watchdog.shared.watch(StallWatch(ticket, limit: limit))
            } catch {
                _ = ticket.void()
                throw error
            }
        }
        do {
            try self.session.submit(Batch(ticket))
        } catch {
            let refusal = ParallelError.wrapping(
                error,
                as: .poolUnhealthy,
                self.plan.backendName,
                "took no batch"
            )
            // A batch that runs all the same has been taken, whatever the session says.
            guard ticket.void() else { return self.plan.report(refusal) }
            throw refusal
        }
    }

    /// Whether no further batch may be handed in.
    var isSealed: Bool { self.state.withLock { $0.isSealed } }

    /// Lets no further batch be handed in, and waits for those that other threads are handing in at the moment.
    func seal() {
        let thread = Runner.threadIdentity
        while true {
            let isDone = self.state.withLock { state in
                state.isSealed = true
                // This thread may be in the middle of it: a session can fail a batch that it is being handed.
                return state.hasNoSubmitter(but: thread)
            }
            if isDone { return }
            SpinWait.aMoment()
        }
    }

    /// Tells the session, once and not after its end, that what has not begun need not run.
    func cancel() {
        let thread = Runner.threadIdentity
        let isFirst = self.state.withLock { state in
            guard case .open = state.phase else { return false }
            if self.plan.isShipped, state.submitter != 0 {
                state.cancelsLater = true
                return false
            }
            state.phase = .cancelling(thread: thread)
            return true
        }
        guard isFirst else { return }
        self.session.cancel(self.id)
        let reason = self.state.withLock { state -> CallEnd? in
            guard case .cancellingThenEnding(let reason) = state.phase else {
                state.phase = .cancelled
                return nil
            }
            state.phase = .ended
            return reason
        }
        if let reason { self.endNow(reason) }
    }

    /// Ends the call, and closes the session if it was opened for it.
    func end(_ error: (any Error)?) {
        self.seal()
        let reason = CallEnd(error: error)
        let thread = Runner.threadIdentity
        // Not while another thread is telling it that the call is cancelled, which takes no time. On the same thread it is
        // the session that ended the call, by failing its last batch: then the end has to wait.
        while true {
            let mayEnd = self.state.withLock { state -> Bool? in
                switch state.phase {
                case .open, .cancelled:
                    state.phase = .ended
                    return true
                case .cancelling(let canceller):
                    guard canceller == thread else { return nil }
                    state.phase = .cancellingThenEnding(reason)
                    return false
                case .cancellingThenEnding, .ended:
                    return false
                }
            }
            if mayEnd == true { return self.endNow(reason) }
            if mayEnd == false { return }
            SpinWait.aMoment()
        }
    }

    private func endNow(_ reason: CallEnd) {
        self.session.end(self.id, reason)
        self.opened.close()
    }

    /// Has a loop told when there are more workers.
    func listen(_ loop: Loop) { self.opened.listeners?.add(loop) }

    func stopListening(_ loop: Loop) { self.opened.listeners?.remove(loop) }
}

/// A session, which is closed when it is needed no more, or given back to the pool that has lent it.
struct OpenedSession: Sendable {
    let session: any WorkerSession
    let listeners: WorkerListeners?
    var lender: PooledSession?

    /// The session, where those who wait for answers take them in; asked for once, since asking takes long.
    let attended: (any AttendedSession)?

    /// How much is with its workers that see bytes only; `nil` for others.
    let shippedBytes: ShippedBytes?

    init(
        _ session: any WorkerSession,
        _ listeners: WorkerListeners?,
        isShipped: Bool,
        bytesAhead: Int = BackendCapabilities().bytesAhead
    ) {
        self.session = session
        self.listeners = listeners
        self.attended = isShipped ? session as? any AttendedSession : nil
        self.shippedBytes = isShipped ? ShippedBytes(ShippedBytes.Limits(ahead: bytesAhead)) : nil
    }

    func close() {
        if let lender = self.lender { lender.takeBack() } else { self.session.close() }
    }
}
