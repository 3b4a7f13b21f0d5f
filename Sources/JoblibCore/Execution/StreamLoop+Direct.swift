// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX
import Synchronization

// How a consumer runs the tasks itself. Handing a result from one processor to another costs as much as many of the
// shortest tasks; so while they are short, and the consumer has nothing to do but wait for them, it runs each when it is
// asked for. A task that is not short ends that, by itself when it returns, and by the watchdog when it does not.

extension StreamLoop {
    /// Hands in what came of a task that the consumer has run, and ends the phase.
    func finishDirect(_ index: Int, _ task: Delayed<Output>, _ result: Swift.Result<Output, any Error>) {
        let outcome: Swift.Result<Output, TaskFailure>
        switch result {
        case .success(let output):
            outcome = .success(output)
        case .failure(let error):
            self.plan.report?.tally.addFailure()
            guard let failure = self.direct.failure(error, index, argumentText: task.argumentText) else { return }
            outcome = .failure(failure)
        }
        self.endDirect(with: Swift.Result { try self.store(outcome) }, of: DirectPhase(.running, index))
    }

    /// Prepares for running the tasks in the calling thread, which has to wait for them otherwise.
    ///
    /// Not for results in the order in which they come: those of other tasks must not wait for the one at work.
    ///
    /// - Returns: Whether it can begin.
    func beginDirect() -> Bool {
        guard case .reader = self.source, self.endsInOrder || self.plan.workers == 1, !self.plan.isSupervised,
            self.plan.nestedScope == nil, ConfigScope.current === self.plan.scope, !self.isStopped
        else { return false }
        guard self.direct.isAllowed, let reserved = self.reserveDirect() else {
            self.endIdleDirect()
            return false
        }
        guard self.direct.move(from: reserved, to: DirectPhase(.changing)) else { return false }
        // A worker that has just run out of room may still have a seat; the consumer hears when it leaves.
        guard let index = self.state.withLock({ $0.stream.reservedIndex }), self.enterAsConsumer() else {
            self.direct.set(reserved)
            // Whoever has refused in between has found nothing to end.
            if !self.direct.isAllowed { self.endIdleDirect() }
            return false
        }
        self.direct.beginStay(before: index)
        return true
    }

    /// Lets workers claim nothing more, once tasks are known to be short.
    ///
    /// - Returns: The phase; `nil` unless it is reserved now.
    private func reserveDirect() -> DirectPhase? {
        let phase = self.direct.current
        guard phase.kind != .reserved else { return phase }
        guard phase.kind == .off, self.plan.workers == 1 || self.watchDirect() else { return nil }
        // Under the lock: who ends a reservation must not do so before it is there.
        let reserved = self.state.withLock { state -> DirectPhase? in
            guard self.plan.workers == 1 || state.areTasksShort else { return nil }
            state.reservations += 1
            let reserved = DirectPhase(.reserved, state.reservations)
            guard self.direct.move(from: phase, to: reserved) else { return nil }
            state.stream.reserve()
            return reserved
        }
        return self.direct.isAllowed ? reserved : nil
    }

    /// Has workers run the tasks from now on.
    func refuseDirect() {
        self.direct.refuse()
        self.endIdleDirect()
    }

    /// Has workers run the tasks, unless the consumer is in one, which ends it afterwards.
    func endIdleDirect() {
        let phase = self.direct.current
        switch phase.kind {
        case .idle where self.direct.move(from: phase, to: DirectPhase(.changing)):
            self.endDirect(before: phase.index)
        case .reserved:
            let hasEnded = self.state.withLock { state in
                guard self.direct.move(from: phase, to: DirectPhase(.off)) else { return false }
                state.stream.endReservation()
                state.shortRuns = 0
                return true
            }
            if hasEnded { self.goOnWithWorkers() }
        default: break
        }
    }

    // MARK: - Ending

    /// Ends the phase between two tasks.
    func endDirect(before index: Int, isInputAtEnd: Bool = false) {
        if isInputAtEnd { self.plan.report?.inputDidEnd(after: index) }
        self.state.withLock { state in
            if isInputAtEnd { state.stream.inputDidEnd() }
            state.stream.endReservation(at: index)
        }
        self.leaveDirect()
    }

    /// Ends the phase with a task whose result goes the usual way.
    private func endDirect(with result: Swift.Result<Stored, any Error>, of running: DirectPhase) {
        let isHandedOver = !self.direct.move(from: running, to: DirectPhase(.changing))
        var failure: (any Error)?
        var results: [Stored] = []
        switch result {
        case .success(let stored): results = [stored]
        case .failure(let error): failure = error
        }
        self.state.withLock { state in
            // Who hands over does so under the lock, so that it has been done by now.
            if !isHandedOver { state.stream.handOver(at: running.index) }
            state.stream.complete(.init(first: running.index, results: results, failure: failure))
        }
        if let failure { self.noteFailure(failure) }
        self.leaveDirect()
    }

    private func leaveDirect() {
        let runner = self.direct.endStay()
        self.state.withLock { $0.shortRuns = 0 }
        self.leaveConsumerSeat()
        self.direct.set(DirectPhase(.off))
        runner?.leave()
        self.goOnWithWorkers()
    }

    private func goOnWithWorkers() {
        if !self.isStopped, self.plan.workers > 1, self.state.withLock({ $0.stream.hasRoom }) { self.callWorkers() }
        self.didChange()
    }

    // MARK: - The watchdog

    /// Has the watchdog look after a phase of which others must not hear too late that it takes long.
    ///
    /// - Returns: Whether it does.
    private func watchDirect() -> Bool {
        guard self.state.withLock({ $0.areTasksShort }) else { return false }
        if self.direct.isWatched.exchange(true, ordering: .acquiringAndReleasing) { return true }
        do {
            try Watchdog.shared.watch(DirectWatch { self.lookAtDirect(since: &$0) })
            return true
        } catch {
            self.direct.isWatched.store(false, ordering: .releasing)
            return false
        }
    }

    /// Ends a phase in which nothing has happened since the last look.
    ///
    /// - Parameter last: What the phase was then; replaced.
    /// - Returns: Whether to look again: as long as the stream has not ended, since phases follow one another.
    private func lookAtDirect(since last: inout DirectPhase?) -> Bool {
        let phase = self.direct.current
        defer { last = phase }
        switch phase.kind {
        case .off, .handedOver:
            // Nobody needs the watch while tasks are long, or the consumer has other things to do.
            guard phase == last else { return true }
            self.direct.isWatched.store(false, ordering: .releasing)
            // Somebody may have counted on it until just now.
            let kind = self.direct.current.kind
            guard kind != .off, kind != .handedOver else { return false }
            return !self.direct.isWatched.exchange(true, ordering: .acquiringAndReleasing)
        case .changing:
            return true
        case .idle, .reserved:
            guard phase == last else { return true }
            // The consumer has other things to do, while which workers can read ahead.
            PlatformThread.startOrRun(name: "joblib-stream") { self.endIdleDirect() }
            return true
        case .running:
            guard phase == last else { return true }
            let isHandedOver = self.state.withLock { state in
                guard self.direct.move(from: phase, to: DirectPhase(.handedOver)) else { return false }
                state.stream.handOver(at: phase.index)
                return true
            }
            if isHandedOver { PlatformThread.startOrRun(name: "joblib-stream") { self.callWorkers() } }
            return true
        }
    }
}

/// Looks once a millisecond whether a consumer that runs tasks gets on.
// SAFETY: the watchdog's thread alone looks, which is all that touches `last`; the rest is a constant.
private final class DirectWatch: Watched, @unchecked Sendable {
    private var last: DirectPhase?
    private let look: @Sendable (inout DirectPhase?) -> Bool

    init(_ look: @escaping @Sendable (inout DirectPhase?) -> Bool) {
        self.look = look
    }

    func look(at now: UInt64) -> UInt64? {
        self.look(&self.last) ? now + 1_000_000 : nil
    }
}
