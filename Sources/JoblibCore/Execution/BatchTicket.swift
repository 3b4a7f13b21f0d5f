// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX
import Synchronization

/// What makes sure that a batch is completed once: by running, by failing, by being let go of, or by its call giving up.
final class BatchTicket: Sendable {
    let work: any BatchWork

    /// The same, where the batch is sent to a worker.
    let shipment: (any ShippedWork)?

    let call: CallID
    let number: Int

    /// The plan of the call; `nil` for a batch that belongs to none.
    let plan: CallPlan?

    private enum State {
        static let open: UInt8 = 0
        static let completed: UInt8 = 1

        /// Nobody waits for it any more: it has not begun for too long.
        static let givenUp: UInt8 = 2

        /// The backend refused it.
        static let refused: UInt8 = 3
    }

    private let state = Atomic<UInt8>(State.open)

    init(_ work: any BatchWork, call: CallID, number: Int, _ plan: CallPlan? = nil) {
        self.work = work
        // One without a plan was sent here by another process.
        self.shipment = plan?.isShipped ?? true ? work.shipped : nil
        self.call = call
        self.number = number
        self.plan = plan
    }

    deinit {
        // A share that came too late for its call may be dropped.
        guard self.state.load(ordering: .relaxed) == State.open else { return }
        guard !self.work.isObsolete else { return self.letGo() }
        self.giveUp(self.error(.poolUnhealthy, "let go of \(self.description) without running it"))
    }

    var description: String { "batch \(self.number) of \(self.call)" }

    func run() {
        guard self.settle(as: State.completed) else { return self.reportCompletionInVain() }
        self.work.runAsBatch()
    }

    // Set by whoever hears first of its worker. Relaxed: a flag alone.
    private let hasBegun = Atomic<Bool>(false)

    /// Takes in what the worker says of the batch; late answers are of no use to anybody.
    func accept(_ answer: [UInt8]) {
        guard let shipment = self.shipment, self.state.load(ordering: .relaxed) == State.open else { return }
        self.hasBegun.store(true, ordering: .relaxed)
        shipment.accept(answer)
    }

    /// Completes a batch that was sent to a worker, which has said all that there is to say.
    ///
    /// - Returns: Whether it has done all that is wanted.
    func finish() -> Bool {
        guard self.settle(as: State.completed) else {
            self.reportCompletionInVain()
            return true
        }
        return self.shipment?.finish() ?? true
    }

    func fail(_ cause: any Error) {
        guard self.settle(as: State.completed) else { return self.reportCompletionInVain() }
        if let shipment = self.shipment { return shipment.wasLost(cause) }
        let error = self.error(.poolUnhealthy, "could not run \(self.description): \(cause)")
        self.plan?.report(error)
        self.work.batchFailed(error)
    }

    /// Takes the batch back, since `submit` threw; `false` when it has been completed already.
    func void() -> Bool {
        self.settle(as: State.refused)
    }

    /// Takes the batch back that has not begun for too long.
    func giveUpOnStall() {
        guard self.settle(as: State.givenUp) else { return }
        guard !self.work.isObsolete else { return self.letGo() }
        let limit = self.plan?.stallTimeout ?? .zero
        self.giveUp(
            self.error(.stalled, "was handed \(self.description) and has not begun it within stallTimeout: \(limit)")
        )
    }

    /// Whether nobody waits for the batch any more.
    var isSettled: Bool {
        self.state.load(ordering: .relaxed) != State.open || self.hasBegun.load(ordering: .relaxed)
            || self.work.isObsolete
    }

    /// Settles the batch; `false` when that has been done before.
    private func settle(as state: UInt8) -> Bool {
        // Relaxed: what the work needs to see travels with the batch itself.
        self.state.compareExchange(expected: State.open, desired: state, ordering: .relaxed).exchanged
    }

    // On a thread of its own: whoever let go of the batch may hold a lock, and what follows runs foreign code.
    private func giveUp(_ error: ParallelError) {
        let (work, plan) = (self.work, self.plan)
        PlatformThread.startOrRun(name: "joblib-fault") {
            plan?.report(error)
            work.batchFailed(error)
        }
    }

    /// Nobody needs it any more; whoever sent it away waits for it all the same.
    private func letGo() {
        guard let shipment = self.shipment else { return }
        PlatformThread.startOrRun(name: "joblib-fault") { _ = shipment.finish() }
    }

    private func reportCompletionInVain() {
        switch self.state.load(ordering: .relaxed) {
        case State.completed:
            self.plan?
                .report(
                    self.error(.poolUnhealthy, "completed \(self.description) twice; the second time was ignored")
                )
        case State.refused:
            self.plan?
                .report(
                    self.error(.poolUnhealthy, "completed \(self.description), which it had refused; that was ignored")
                )
        default:
            // Late, which the report of the stall has said.
            break
        }
    }

    private func error(_ code: ParallelError.Code, _ what: String) -> ParallelError {
        ParallelError(code, "\(self.plan?.backendName ?? "the backend") \(what)")
    }
}

/// Sees to it that a batch begins in time, without keeping it.
final class StallWatch: Watched {
    private weak let ticket: BatchTicket?
    private let deadline: UInt64

    init(_ ticket: BatchTicket, limit: Duration) {
        self.ticket = ticket
        self.deadline = MonotonicClock.now + limit.clampedNanoseconds
    }

    func look(at now: UInt64) -> UInt64? {
        guard let ticket = self.ticket, !ticket.isSettled else { return nil }
        if now < self.deadline { return self.deadline }
        ticket.giveUpOnStall()
        return nil
    }
}

extension CallPlan {
    /// Tells whoever listens to the call's events what is wrong with the backend.
    func report(_ error: ParallelError) {
        self.report?.fault(error)
    }
}
