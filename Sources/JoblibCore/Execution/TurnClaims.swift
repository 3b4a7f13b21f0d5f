// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX
internal import JoblibPOSIX

/// One worker's way through a lazily read loop.
@safe
@usableFromInline
struct TurnClaims {
    private let loop: SequenceLoop
    private let runner: Runner
    private var sizer: BatchSizer
    private var pacing = CallerPacing(now: MonotonicClock.now)
    private var direct = DirectRuns(now: ProcessorTicks.now, ticksPerMicrosecond: ProcessorTicks.perMicrosecond)

    /// Since when the thread has been waiting for input; known only where somebody is told of each task.
    private var readingSince: UInt64?

    /// Whether tasks go through `supervise`.
    @usableFromInline
    let isSupervised: Bool

    /// Where tasks are counted that are not supervised; `nil` where nobody looks.
    @usableFromInline
    let ended: CallTally.Count?

    /// Whether somebody follows the call.
    @usableFromInline
    let isReported: Bool

    /// Whether somebody is told of each task, so that a reading of the clock more does not matter.
    private let reportsTasks: Bool

    // SAFETY: points into the calling thread's own storage, and is used by no other thread.
    @usableFromInline
    let currentIndex: UnsafeMutablePointer<Int64>

    @usableFromInline
    let stopSource: Loop

    init(loop: SequenceLoop, runner: Runner) {
        self.loop = loop
        self.runner = runner
        self.isSupervised = loop.plan.isSupervised
        self.ended = loop.plan.isSupervised ? nil : runner.count
        self.isReported = loop.plan.report != nil
        self.reportsTasks = loop.plan.reportsTasks
        self.stopSource = loop.stopSource
        self.sizer = BatchSizer(loop.plan)
        unsafe self.currentIndex = Runner.currentIndex
    }

    /// Returns how many tasks to read now; `nil` when no further task may start.
    ///
    /// Tasks that are to be run again come first.
    @usableFromInline
    mutating func nextTurn() throws -> Int? {
        if self.loop.plan.needsWorker {
            while let rerun = self.loop.held.next() {
                self.dispatch(rerun.task.index..<rerun.task.index + 1, attempt: rerun.attempt)
                try self.loop.held.run(rerun.task, self.runner, attempt: rerun.attempt)
            }
        }
        self.leaveTask()
        return self.stopSource.isStopped ? nil : self.sizer.next()
    }

    /// Decides whether the caller, who alone can read, may run the next task as well.
    ///
    /// While it does nobody reads, and the others may run out of tasks. That costs nothing where tasks are short; once they
    /// are not it lends its seat to another worker and only reads.
    @usableFromInline
    mutating func callerMayRun() -> Bool {
        if !self.pacing.hasLentSeat {
            if self.pacing.mayRun(now: MonotonicClock.now) { return true }
            self.loop.lendSeat()
        }
        // Whoever should have come instead may not have.
        return self.loop.hasOneLeft
    }

    /// Whether the caller, who alone can read, runs what it reads at once.
    @usableFromInline
    var runsDirectly: Bool { self.direct.areBest && !self.pacing.hasLentSeat }

    /// Says that the caller has read and run a task.
    ///
    /// - Parameter helped: Whether workers were let at what it has read meanwhile, since it took long.
    @usableFromInline
    mutating func didRunAsCaller(helped: Bool) {
        if helped { self.direct.startOver() }
        self.direct.didRun(now: ProcessorTicks.now)
    }

    /// Whether the caller only reads by now.
    @usableFromInline
    var callerHasLentSeat: Bool { self.pacing.hasLentSeat }

    /// Says that the thread is in no task while it reads.
    @usableFromInline
    mutating func leaveTask() {
        unsafe self.currentIndex.pointee = -1
        if self.reportsTasks { self.readingSince = MonotonicClock.now }
    }

    /// Says that the thread has read tasks.
    ///
    /// - Parameters:
    ///   - indices: Their positions in the input.
    ///   - isExhausted: Whether there are no more.
    @usableFromInline
    mutating func didRead(_ indices: Range<Int>, isExhausted: Bool) {
        if self.isReported {
            self.endReading()
            self.dispatch(indices, attempt: 1)
            if isExhausted { self.loop.plan.report?.inputDidEnd(after: indices.upperBound) }
        }
        if isExhausted { self.didExhaust() } else { self.didReadSome() }
    }

    /// Says that the thread has tasks that the caller has read.
    @usableFromInline
    mutating func didTake(_ index: Int, of batchSize: Int) {
        guard self.isReported else { return }
        self.endReading()
        self.loop.plan.report?
            .dispatch(index..<index + 1, batchSize: batchSize, workerIndex: self.runner.workerIndex)
    }

    /// Notes for how long the thread has waited for input.
    @usableFromInline
    mutating func endReading() {
        guard let start = self.readingSince else { return }
        self.readingSince = nil
        self.loop.plan.report?.tally.addInput(MonotonicClock.now - start)
    }

    /// Says how many tasks the caller, who alone reads, has read at the end.
    @usableFromInline
    func inputDidEnd(after count: Int) {
        self.loop.plan.report?.inputDidEnd(after: count)
    }

    private func dispatch(_ indices: Range<Int>, attempt: Int) {
        self.loop.plan.report?.dispatch(indices, attempt: attempt, workerIndex: self.runner.workerIndex)
    }

    /// Whether no further task may start.
    @usableFromInline
    var isStopped: Bool { self.stopSource.isStopped }

    /// Says that something was read, and that there may be more.
    @usableFromInline
    func didReadSome() {
        self.loop.callMoreForInput()
    }

    /// Says that the input has come to its end.
    @usableFromInline
    func didExhaust() {
        self.loop.didExhaust()
    }

    /// Makes a task the current one; `false` when it must not start.
    @inlinable
    func begin(_ index: Int) -> Bool {
        unsafe self.currentIndex.pointee = Int64(index)
        return !self.stopSource.isStopped
    }

    /// Runs a task and stores what comes of it; `false` when it must not start.
    @inlinable
    func run<Output, Stored>(
        _ task: Delayed<Output>,
        _ index: Int,
        _ place: SegmentedSlots<Stored>.Place,
        _ store: @escaping @Sendable (Swift.Result<Output, TaskFailure>) throws(TaskFailure) -> Stored
    ) throws -> Bool {
        guard self.begin(index) else { return false }
        if self.isSupervised {
            try self.supervise(task, index, place, store)
            return true
        }
        let outcome: Swift.Result<Output, TaskFailure>
        do {
            outcome = .success(try task.run())
        } catch {
            outcome = .failure(self.failure(error, of: task, at: index))
        }
        if let ended = self.ended { ended.add() }
        place.store(try store(outcome))
        return true
    }

    /// Runs a task with retries, time limit and events, and stores what comes of it.
    @usableFromInline
    func supervise<Output, Stored>(
        _ task: Delayed<Output>,
        _ index: Int,
        _ place: SegmentedSlots<Stored>.Place,
        _ store: @escaping @Sendable (Swift.Result<Output, TaskFailure>) throws(TaskFailure) -> Stored
    ) throws {
        let held = HeldTasks.Task(
            index: index,
            run: { runner, attempt in
                place.store(try store(try runner.outcome(of: task, at: index, attempt: attempt)))
            },
            settle: { failure in
                guard let stored = try? store(.failure(failure)) else { return false }
                place.store(stored)
                return true
            }
        )
        guard self.loop.plan.needsWorker else { return try held.run(self.runner, 1) }
        try self.loop.held.run(held, self.runner, attempt: 1)
    }

    /// What an error thrown by a task is reported as.
    @usableFromInline
    func failure<Output>(_ error: any Error, of task: Delayed<Output>, at index: Int) -> TaskFailure {
        self.loop.plan.report?.tally.addFailure()
        return self.runner.failure(error, index, argumentText: task.argumentText)
    }
}
