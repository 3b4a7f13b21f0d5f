// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX
internal import JoblibPOSIX
import Synchronization

/// One thread's stay in one loop, from entering it to leaving it.
// SAFETY: the plain properties are touched by the thread that stays, except where the watchdog has won the right to by
// moving `clock` while that thread is inside of a task and cannot go on before it has looked at `clock` itself.
@safe
@usableFromInline
final class Runner: @unchecked Sendable {
    enum Ending {
        case left

        /// A task ran into its time limit, the loop went on without this thread, and the thread has come back since.
        case abandoned
    }

    let loop: Loop
    let workerIndex: Int

    /// The task at work, for whoever must report it from outside.
    private(set) var index = -1
    private(set) var attempt = 1

    /// Renders the arguments of the task at work; set only where a time limit may have to report it.
    var argumentText: @Sendable () -> String = { "" }

    /// Tells when the task at work began; `nil` where none can be taken away from its thread.
    private let clock: AttemptClock?

    /// Where the tasks that end here are counted; `nil` where nobody follows the call.
    let count: CallTally.Count?

    private var context: TaskContext?

    /// Where a forked worker's task stands for its parent to see, in place of the thread's own storage, and the index of the
    /// first of its tasks.
    private var forkedTask: (index: UnsafeMutablePointer<Int64>, base: Int)?

    /// The task that made a call last, and how many it has made.
    private var callingTask = (index: -1, attempt: 0)
    private var nestedCalls = 0

    /// Whether the thread came with a batch that was submitted for this very loop.
    private let isSubmitted: Bool

    private init(_ loop: Loop, workerIndex: Int, isSubmitted: Bool) {
        self.loop = loop
        self.workerIndex = workerIndex
        self.isSubmitted = isSubmitted
        self.clock = loop.plan.needsWorker ? AttemptClock() : nil
        self.count = loop.plan.report?.tally.take()
    }

    // MARK: - Staying in a loop

    /// Enters a loop on a helper's thread, works, and leaves.
    @discardableResult
    static func help(_ loop: Loop, isSubmitted: Bool = false) -> Ending {
        guard loop.enter() else { return .left }
        // A thread of a backend knows nothing of the caller's scope.
        return loop.plan.scope.bind {
            self.stay(in: loop, isSubmitted: isSubmitted, loop.work)
        }
    }

    /// Works on a thread that has entered, and leaves.
    @discardableResult
    static func stay(in loop: Loop, isSubmitted: Bool = false, _ work: (Runner) -> Void) -> Ending {
        let runner = Runner(loop, workerIndex: loop.takeWorkerIndex(), isSubmitted: isSubmitted)
        if loop.plan.needsWorker {
            do {
                try Watchdog.shared.watch(runner)
            } catch {
                loop.stop(error)
            }
        }
        if let scope = loop.plan.nestedScope {
            scope.bind { runner.whileCurrent { work(runner) } }
        } else {
            runner.whileCurrent { work(runner) }
        }
        if loop.plan.needsWorker { Watchdog.shared.forget(runner) }
        guard runner.clock?.wasAbandoned != true else { return .abandoned }
        runner.leave()
        return .left
    }

    /// Works in a forked worker, on its one thread, which has entered; there is nobody to leave the loop for.
    ///
    /// - Parameters:
    ///   - loop: What the tasks see as their loop.
    ///   - workerIndex: What they see as the index of their worker.
    ///   - index: Where the position of the task at work stands.
    ///   - base: The index of the task at position 0.
    ///   - work: Claims and runs tasks.
    static func stayForked(
        in loop: Loop,
        workerIndex: Int,
        indexAt index: UnsafeMutablePointer<Int64>,
        from base: Int,
        _ work: (Runner) -> Void
    ) {
        let runner = Runner(loop, workerIndex: workerIndex, isSubmitted: false)
        unsafe runner.forkedTask = (index, base)
        runner.stayAlone(work)
    }

    /// Works in a process in which the loop has no other thread.
    ///
    /// - Parameters:
    ///   - loop: The loop that the tasks see.
    ///   - workerIndex: What they see as the index of their worker.
    ///   - work: Runs tasks.
    static func stayRemote(in loop: Loop, workerIndex: Int, _ work: (Runner) -> Void) {
        Runner(loop, workerIndex: workerIndex, isSubmitted: false).stayAlone(work)
    }

    private func stayAlone(_ work: (Runner) -> Void) {
        let (loop, runner) = (self.loop, self)
        if let scope = loop.plan.nestedScope {
            scope.bind { runner.whileCurrent { work(runner) } }
        } else {
            runner.whileCurrent { work(runner) }
        }
    }

    /// The index of the task that the calling thread is in; below 0 between tasks.
    private var currentTaskIndex: Int {
        guard let (index, base) = unsafe self.forkedTask else {
            return Int(unsafe joblib_task_state_current().pointee.index)
        }
        let position = Int(unsafe index.pointee)
        return position < 0 ? position : base + position
    }

    /// The stay that the calling thread is in.
    static var current: Runner? {
        // SAFETY: the pointer stands there only while `whileCurrent` keeps the object alive, on this very thread.
        unsafe joblib_task_state_current().pointee.runner
            .map {
                unsafe Unmanaged<Runner>.fromOpaque($0).takeUnretainedValue()
            }
    }

    /// Where the index of the calling thread's task stands.
    static var currentIndex: UnsafeMutablePointer<Int64> {
        unsafe UnsafeMutableRawPointer(joblib_task_state_current())
            .advanced(by: MemoryLayout<joblib_task_state>.offset(of: \joblib_task_state.index)!)
            .assumingMemoryBound(to: Int64.self)
    }

    /// What tells the calling thread from every other one that is there at the same time.
    static var threadIdentity: UInt { unsafe UInt(bitPattern: joblib_task_state_current()) }

    /// Runs something that belongs to no task on a thread that may be in one, such as when `submit` runs a batch at once.
    static func outsideOfTasks(_ body: () -> Void) {
        let state = unsafe joblib_task_state_current()!
        let outer = unsafe state.pointee
        unsafe state.pointee = joblib_task_state(index: -1, attempt: 0, runner: nil)
        body()
        unsafe state.pointee = outer
    }

    /// Enters a loop, which the caller has done, for a stay that is not over when a call returns.
    static func resident(in loop: Loop) -> Runner {
        Runner(loop, workerIndex: loop.takeWorkerIndex(), isSubmitted: false)
    }

    /// Ends such a stay.
    func leave() {
        if let count = self.count { self.loop.plan.report?.tally.give(count) }
        self.loop.leave(self.workerIndex)
    }

    private func whileCurrent(_ body: () -> Void) {
        // Loops nest on one thread: what stood there comes back.
        let outer = Self.enterTask(-1, of: self)
        withExtendedLifetime(self, body)
        Self.leaveTask(to: outer)
    }

    /// Makes a task of the stay the calling thread's, in which it may have another; returns that one.
    static func enterTask(_ index: Int, of runner: Runner?) -> TaskState {
        let state = unsafe joblib_task_state_current()!
        let outer = unsafe TaskState(state: state.pointee)
        unsafe state.pointee = joblib_task_state(
            index: Int64(index),
            attempt: 1,
            runner: runner.map { unsafe Unmanaged.passUnretained($0).toOpaque() }
        )
        return outer
    }

    /// Gives the calling thread back the task that it had.
    static func leaveTask(to outer: TaskState) {
        unsafe joblib_task_state_current().pointee = unsafe outer.state
    }

    // MARK: - Attempts

    /// Runs a task as often as its retries allow, timed and reported.
    ///
    /// - Throws: A ``TaskFailure``, or `Abandoned` when the loop has gone on without this thread.
    func supervise<R>(
        _ index: Int,
        firstAttempt: Int = 1,
        argumentText: @escaping @Sendable () -> String,
        _ body: () throws -> R
    ) throws -> R {
        let plan = self.loop.plan
        self.argumentText = argumentText
        var attempt = firstAttempt
        while true {
            self.begin(index, attempt: attempt)
            // Before the clock starts: what the watchdog tells of the task comes later.
            plan.report?.tell(.taskStarted, self.task)
            let start = self.clock?.start() ?? MonotonicClock.now
            let (result, trace) = TracedThrow.record(plan.tracesThrows, body)
            let end = MonotonicClock.now
            guard self.clock?.stop(started: start) != false else { throw Abandoned() }

            let duration = Duration.nanoseconds(Int64(clamping: end - start))
            let failure: TaskFailure
            switch result {
            case .success(let value):
                // Where nobody could leave the task behind, its limit holds all the same.
                guard plan.checksTimeAfterwards, let timeout = plan.timeout, duration > timeout else {
                    self.count?.add()
                    plan.report?.tell(.finished, self.task, at: end, duration: duration)
                    return value
                }
                failure = self.timeoutFailure(timeout)
            case .failure(let error):
                failure = self.failure(error, index, attempt: attempt, argumentText: argumentText(), trace: trace)
            }
            guard attempt <= plan.retries, !self.loop.isStopped else {
                self.count?.add()
                plan.report?.tell(.failed, self.task, at: end, duration: duration, failure: failure)
                throw failure
            }
            plan.report?.tell(.retried, self.task, at: end, duration: duration, failure: failure)
            attempt += 1
        }
    }

    /// The attempt at work, as events name it.
    private var task: TaskIdentity {
        TaskIdentity(index: self.index, attempt: self.attempt, workerIndex: self.workerIndex)
    }

    /// Runs a task like `supervise`, or plainly where nobody watches, and returns its failure instead of throwing it.
    ///
    /// - Throws: `Abandoned` alone.
    func outcome<Output>(
        of task: Delayed<Output>,
        at index: Int,
        attempt: Int
    ) throws -> Swift::Result<Output, TaskFailure> {
        guard self.loop.plan.isSupervised else {
            self.begin(index, attempt: 1)
            defer { self.count?.add() }
            do {
                return .success(try task.run())
            } catch {
                self.loop.plan.report?.tally.addFailure()
                return .failure(self.failure(error, index, argumentText: task.argumentText))
            }
        }
        do {
            let argumentText = { @Sendable in task.argumentText }
            let output = try self.supervise(index, firstAttempt: attempt, argumentText: argumentText, task.run)
            return .success(output)
        } catch let failure as TaskFailure {
            return .failure(failure)
        }
    }

    /// Makes an attempt the one that the calling thread is in.
    func begin(_ index: Int, attempt: Int) {
        self.index = index
        self.attempt = attempt
        unsafe joblib_task_state_current().pointee.index = Int64(index)
        unsafe joblib_task_state_current().pointee.attempt = Int64(attempt)
    }

    /// What an error thrown by a task is reported as.
    func failure(
        _ error: any Error,
        _ index: Int,
        attempt: Int = 1,
        argumentText: String,
        trace: String? = TracedThrow.howToGetOne
    ) -> TaskFailure {
        TaskFailure(
            index: index,
            arguments: argumentText,
            underlyingError: error,
            reason: .threw,
            worker: .thisProcess,
            attempt: attempt,
            remoteTrace: trace
        )
    }

    private func timeoutFailure(_ limit: Duration) -> TaskFailure {
        TaskFailure(
            index: self.index,
            arguments: self.argumentText(),
            underlyingError: TaskTimeout(limit: limit),
            reason: .timedOut,
            worker: .thisProcess,
            attempt: self.attempt,
            remoteTrace: nil
        )
    }

    // MARK: - Time limit, on the watchdog's thread

    /// Reports the task that was taken away, and lets the loop go on without this thread.
    ///
    /// Runs the user's code, that of an observer and of descriptions.
    func letLoopGoOn() {
        let loop = self.loop
        // Needed or not: the next call wants as many threads as this one did.
        loop.session?.workerWasLost()
        // What the task has begun is nobody's business any more either.
        loop.stopNestedLoops { $0.isStoppedOrOrphaned }
        let limit = loop.plan.timeout ?? .zero
        let failure = self.timeoutFailure(limit)
        let report = loop.plan.report
        report?.tell(.workerLost, self.task)
        if self.attempt <= loop.plan.retries && !loop.isStopped {
            report?.tell(.retried, self.task, duration: limit, failure: failure)
            loop.requeue(self.index, attempt: self.attempt + 1)
        } else {
            self.count?.add()
            report?.tell(.failed, self.task, duration: limit, failure: failure)
            if !loop.settle(self.index, failure) { loop.stop(failure) }
        }
        // The replacement is on its way before the loop can find itself empty.
        if loop.hasWork {
            loop.replaceLostWorker(wasCalled: self.isSubmitted)
        } else {
            loop.giveUpLostWorker(wasCalled: self.isSubmitted)
        }
        if self.isSubmitted { loop.helperDidLeave() }
        loop.leave(nil)
    }

    // MARK: - Context

    /// What `TaskContext.current` returns; `nil` between tasks.
    func taskContext() -> TaskContext? {
        let index = self.currentTaskIndex
        let attempt = Int(unsafe joblib_task_state_current().pointee.attempt)
        guard index >= 0 else { return nil }
        if let context = self.context, context.index == index, context.attempt == attempt { return context }
        let context = TaskContext(
            loop: self.loop,
            index: index,
            attempt: attempt,
            workerIndex: self.workerIndex,
            clock: self.clock
        )
        self.context = context
        return context
    }

    /// The task at work as the one around a call that it makes.
    func enclosingTask() -> EnclosingTask {
        let index = self.currentTaskIndex
        guard index >= 0 else { return EnclosingTask(loop: self.loop, index: -1, ordinal: 0) }
        let attempt = Int(unsafe joblib_task_state_current().pointee.attempt)
        if self.callingTask != (index, attempt) {
            self.callingTask = (index, attempt)
            self.nestedCalls = 0
        }
        defer { self.nestedCalls += 1 }
        return EnclosingTask(loop: self.loop, index: index, ordinal: self.nestedCalls, clock: self.clock)
    }
}

extension Runner: Watched {
    /// Takes the task at work away from this thread if it has run too long.
    func look(at now: UInt64) -> UInt64? {
        let limit = self.loop.plan.timeLimit ?? .max / 2
        guard let clock = self.clock, let start = clock.startedAt else { return now + limit }
        guard start + limit <= now, clock.abandon(started: start) else { return max(start + limit, now + 1) }
        // On a thread of its own: an observer that waits must not keep every other limit in the process from being kept.
        PlatformThread.startOrRun(name: "joblib-timeout") { self.letLoopGoOn() }
        return nil
    }
}

/// Thrown through a task's frame on a thread that came back after its loop had gone on without it.
struct Abandoned: Error {}
