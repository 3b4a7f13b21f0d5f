// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX
import Synchronization

/// A loop of asynchronous bodies: what they have in common with other loops is the team, the seed and the stopping.
// SAFETY: a continuation behind a mutex, and a constant.
final class AsyncLoop: Loop, @unchecked Sendable {
    private let count: Int
    private let whenStopped = Mutex<(hasStopped: Bool, waiter: CheckedContinuation<Void, Never>?)>((false, nil))

    init(_ plan: CallPlan, count: Int) {
        self.count = count
        super.init(plan, isStream: true)
    }

    /// What the bodies run on, and those of asynchronous loops nested in this one, which share its budget.
    // SAFETY: written once, before any body begins.
    var executor: WorkerExecutor?

    /// Returns the executor of the outermost loop, if it is on the same session, or a new one.
    func executor(for call: OpenCall) -> WorkerExecutor {
        if let outer = (self.root as? AsyncLoop)?.executor, outer.call.session === call.session { return outer }
        return WorkerExecutor(call, limit: self.plan.workers) { [weak self] error in self?.stop(error) }
    }

    override var taskCount: Int? { self.count }

    /// Takes places in the team for bodies, as many as will be unfinished at once; the caller, who only waits, lends its own.
    ///
    /// All of them before the first begins, and each until nothing is left for it: a loop inside of a body must not take
    /// one that is free just between two bodies.
    func takePlaces(_ count: Int) {
        self.root.team.withLock { team in
            for _ in 0..<count { team.addMember() }
        }
    }

    /// Gives one back.
    func givePlaceBack() {
        self.root.team.withLock { $0.removeMember() }
    }

    /// Suspends the task until the loop is stopped or done.
    func waitForStop() async {
        await withCheckedContinuation { continuation in
            let hasStopped = self.whenStopped.withLock { state in
                if !state.hasStopped { state.waiter = continuation }
                return state.hasStopped
            }
            if hasStopped { continuation.resume() }
        }
    }

    /// Lets go of whoever waits for the loop to stop.
    override func didStop() {
        let waiter = self.whenStopped.withLock { state in
            defer { state = (true, nil) }
            return state.waiter
        }
        waiter?.resume()
    }

    /// Runs one body as often as its retries allow, timed and reported.
    ///
    /// A body that runs too long is cancelled and awaited: an asynchronous task cannot be left behind by its parent.
    func attempt<R>(
        _ index: Int,
        workerIndex: Int,
        argumentText: () -> String,
        _ body: @escaping @Sendable () async throws -> R
    ) async throws -> R {
        var attempt = 1
        while true {
            let context = TaskContext(loop: self, index: index, attempt: attempt, workerIndex: workerIndex)
            let start = MonotonicClock.now
            self.tell(.taskStarted, context, from: start)
            let failure: TaskFailure
            do {
                let result = try await ConfigScope.$current.withValue(self.plan.nestedScope ?? .current) {
                    try await TaskContext.$asynchronous.withValue(context) { try await self.limited(body) }
                }
                self.tell(.finished, context, from: start)
                return result
            } catch {
                failure = TaskFailure(
                    index: index,
                    arguments: argumentText(),
                    underlyingError: error,
                    reason: error is TaskTimeout ? .timedOut : .threw,
                    worker: .thisProcess,
                    attempt: attempt,
                    remoteTrace: TracedThrow.howToGetOne
                )
            }
            guard attempt <= self.plan.retries, !self.isStopped else {
                self.tell(.failed, context, from: start, failure)
                // Cancelled with the others, for what has happened to one of them.
                if failure.underlyingError is CancellationError, self.isStopped { throw failure.underlyingError }
                throw failure
            }
            self.tell(.retried, context, from: start, failure)
            attempt += 1
        }
    }

    // Two children: the body, and a clock that cancels it.
    private func limited<R>(_ body: @escaping @Sendable () async throws -> R) async throws -> R {
        guard let timeout = self.plan.timeout else { return try await body() }
        let task = UncheckedBox(body)
        return try await withThrowingTaskGroup(of: UncheckedBox<R>?.self) { group in
            group.addTask { UncheckedBox(try await task.value()) }
            group.addTask {
                // Clamped: the clock of `Task.sleep` traps on a duration beyond its range.
                try? await Task.sleep(nanoseconds: min(timeout.clampedNanoseconds, .max / 4))
                return nil
            }
            let first = await group.nextResult()
            group.cancelAll()
            switch first {
            case .success(let result?)?:
                return result.value
            case .failure(let error)?:
                throw error
            default:
                // Awaited, whatever it says now.
                _ = await group.nextResult()
                try Task.checkCancellation()
                throw TaskTimeout(limit: timeout)
            }
        }
    }

    private func tell(
        _ kind: ParallelEvent.Kind,
        _ context: TaskContext,
        from start: UInt64,
        _ failure: TaskFailure? = nil
    ) {
        guard let report = self.plan.report else { return }
        let now = MonotonicClock.now
        if kind != .retried, kind != .taskStarted { report.tally.addUnattended() }
        report.tell(
            kind,
            TaskIdentity(index: context.index, attempt: context.attempt, workerIndex: context.workerIndex),
            at: now,
            duration: kind == .taskStarted ? nil : .nanoseconds(Int64(clamping: now - start)),
            failure: failure
        )
    }
}
