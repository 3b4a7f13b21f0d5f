// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX
import Synchronization

/// A loop whose results are taken while it runs.
///
/// Workers claim a batch only while the window has room, and leave when it has none; whoever takes a result makes room
/// and calls a worker back. A consumer that stops therefore stops the input.
// SAFETY: see its properties; the rest are constants, atomics and mutexes.
final class StreamLoop<Output: Sendable, Stored: Sendable>: Loop, @unchecked Sendable {
    /// A task and its place in the input.
    struct Item: Sendable {
        let index: Int
        let task: Delayed<Output>
    }

    /// Where batches come from.
    enum Source {
        /// Workers read, by turns.
        case reader(AnyTaskReader<Output>)

        /// The caller reads and hands batches in.
        case queue(BatchQueue<Item>)
    }

    struct State {
        var stream: StreamState<Stored>
        var hasThrown = false
        var waiters: [CheckedContinuation<Void, Never>] = []

        /// How often the consumer has reserved the stream.
        var reservations = 0

        /// How many tasks in a row were short.
        var shortRuns = 0

        var areTasksShort: Bool { self.shortRuns >= 16 }
    }

    let source: Source
    let state: Mutex<State>
    let store: @Sendable (Swift::Result<Output, TaskFailure>) throws(TaskFailure) -> Stored
    private let held = HeldTasks()

    /// The batches that are with forked workers.
    let forks = ForkedBatches()

    /// For when the consumer runs the tasks; made by `init`, which cannot name `self` before.
    private(set) lazy var direct = DirectConsumer(self)

    /// Whether the tasks before one that failed still count, or the first failure in time ends everything.
    let endsInOrder: Bool

    // Set once the call has ended on its session, which the last one out sees to; then nobody is inside either.
    private let hasEndedCall = Atomic<Bool>(false)

    // How many helpers are on their way or have not left yet.
    private let helpers = Atomic<Int>(0)

    /// Makes a loop.
    ///
    /// - Parameters:
    ///   - plan: What was decided about the call.
    ///   - source: Where batches come from.
    ///   - isOrdered: Whether results are taken in the order of the input.
    ///   - isList: Whether the results make a list: buffered ones do not count, and the failure that comes first in time
    ///     ends the loop instead of the first in order.
    ///   - store: Makes what is handed out of a task's outcome, or throws to end the loop.
    init(
        _ plan: CallPlan,
        _ source: Source,
        isOrdered: Bool,
        isList: Bool,
        _ store: @escaping @Sendable (Swift::Result<Output, TaskFailure>) throws(TaskFailure) -> Stored
    ) {
        self.source = source
        self.store = store
        self.endsInOrder = isOrdered && !isList
        let stream = StreamState<Stored>(window: plan.window, isOrdered: isOrdered, countsBuffered: !isList)
        self.state = Mutex(State(stream: stream))
        super.init(plan, isStream: true)
        self.direct.end = { [unowned self] index, isInputAtEnd in
            self.endDirect(before: index, isInputAtEnd: isInputAtEnd)
        }
    }

    // MARK: - Lifetime

    /// Opens the session.
    func open() throws {
        self.plan.report?.begin(self)
        let call: OpenCall?
        do {
            call = self.plan.hasWorkers ? try OpenCall(self.plan, taskCount: self.taskCount) : nil
        } catch {
            self.plan.report?.finish(error)
            throw error
        }
        if let call { self.attach(call) }
        // The consumer has the memory that the tasks are not to have.
        if self.plan.isForked { self.refuseDirect() }
        for scope in self.plan.stopScopes { scope.add(self) }
    }

    /// Calls some workers, as many as may be, within the team's budget; each calls more once it has read something.
    ///
    /// Nobody knows how many tasks there are: three of them should not start a thousand threads.
    func callWorkers() {
        for _ in 0..<2 where self.helpers.load(ordering: .relaxed) < min(self.plan.workers, self.plan.window ?? .max) {
            guard self.callHelper() else { return }
        }
    }

    /// Runs one batch in the calling thread, unless as many as may be are at work.
    func workInPlace() {
        guard self.enterAsConsumer() else { return }
        Runner.stay(in: self) { runner in
            _ = self.workOnce(runner)
            // The seat is free before the loop is left, so that who finds nobody inside finds a seat.
            self.leaveConsumerSeat()
        }
    }

    /// Enters the loop on the consumer's thread, if a seat is free, which is the consumer's then.
    func enterAsConsumer() -> Bool {
        // A nested stream's consumer is in a task, which has a place in the team already.
        let isOutermost = self.parent == nil
        let mayWork = self.root.team.withLock { team in
            guard team.takeSeat(in: self) else { return false }
            if isOutermost { team.addMember() }
            return true
        }
        guard mayWork else { return false }
        if self.enter() { return true }
        self.leaveConsumerSeat()
        return false
    }

    /// Gives the consumer's seat back.
    func leaveConsumerSeat() {
        self.root.team.withLock { team in
            team.leaveSeat(in: self)
            if self.parent == nil { team.removeMember() }
        }
    }

    /// Whether nothing of the loop runs any more and its call has ended.
    var hasEnded: Bool { self.hasEndedCall.load(ordering: .acquiring) }

    /// Whether somebody is at work or on the way.
    var isAttended: Bool { !self.isEmpty || self.helpers.load(ordering: .acquiring) > 0 }

    override func helperWillCome() {
        self.helpers.wrappingAdd(1, ordering: .acquiringAndReleasing)
    }

    override func helperDidLeave() {
        self.helpers.wrappingSubtract(1, ordering: .acquiringAndReleasing)
        self.didChange()
    }

    override func didStop() {
        self.forks.stop()
        self.endIdleDirect()
        self.close()
        self.didChange()
    }

    override func didComplete() {
        if case .reader(let reader) = self.source { reader.stop() }
        for scope in self.plan.stopScopes { scope.remove(self) }
        self.retire()
        self.plan.report?.finish(self.error)
        self.hasEndedCall.store(true, ordering: .releasing)
        self.didChange()
    }

    /// Wakes whoever waits for the loop to get on.
    func didChange() {
        self.advanceEvent()
        let waiters = self.state.withLock { state in
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    // MARK: - Workers

    override func work(_ runner: Runner) {
        while self.workOnce(runner) || self.roomAppears() {}
    }

    /// Waits a moment for the consumer to take something, which costs less than leaving and being called back.
    private func roomAppears() -> Bool {
        guard case .reader = self.source, !self.plan.needsWorker else { return false }
        for _ in 0..<20 {
            let (hasRoom, isOver) = self.state.withLock { ($0.stream.hasRoom, $0.stream.isOver) }
            // First: a loop that has stopped may have room all the same.
            if isOver || self.stopSource.isStopped { return false }
            if hasRoom { return true }
            SpinWait.aMoment()
        }
        return false
    }

    /// Claims and runs one batch; `false` when there is nothing to claim.
    func workOnce(_ runner: Runner) -> Bool {
        do {
            if self.plan.needsWorker, let rerun = self.held.next() {
                let index = rerun.task.index
                self.plan.report?
                    .dispatch(index..<index + 1, attempt: rerun.attempt, workerIndex: runner.workerIndex)
                try self.held.run(rerun.task, runner, attempt: rerun.attempt)
                return true
            }
            guard !self.stopSource.isStopped, let batch = self.claim() else { return false }
            let first = batch[0].index
            self.plan.report?.dispatch(first..<first + batch.count, workerIndex: runner.workerIndex)
            if self.plan.isForked {
                self.runForked(batch, runner)
            } else if self.plan.needsWorker {
                try self.held.run(self.heldTask(batch[0]), runner, attempt: 1)
            } else {
                try self.run(batch, runner, attempt: 1)
            }
            return true
        } catch {
            // `Abandoned`: the loop has gone on without this thread.
            return false
        }
    }

    private func claim() -> [Item]? {
        switch self.source {
        case .queue(let queue):
            return queue.pop()
        case .reader(let reader):
            guard self.state.withLock({ $0.stream.claim() }) else { return nil }
            unsafe Runner.currentIndex.pointee = -1
            let (first, tasks) = self.read(reader)
            guard tasks.isEmpty else {
                if self.plan.workers > 1 { self.callWorkers() }
                return tasks.enumerated().map { offset, task in Item(index: first + offset, task: task) }
            }
            self.plan.report?.inputDidEnd(after: first)
            self.state.withLock { $0.stream.claimFoundNothing() }
            self.didChange()
            return nil
        }
    }

    private func read(_ reader: AnyTaskReader<Output>) -> (first: Int, tasks: [Delayed<Output>]) {
        guard self.plan.reportsTasks, let report = self.plan.report else { return reader.read(self.readSize) }
        let start = MonotonicClock.now
        defer { report.tally.addInput(MonotonicClock.now - start) }
        return reader.read(self.readSize)
    }

    /// How many tasks are read at once: one by one where reading ahead is bounded in tasks.
    var readSize: Int {
        if self.plan.needsWorker { return 1 }
        if self.plan.isForked { return self.plan.batchSize ?? self.forks.batchSize }
        return self.plan.batchSize ?? (self.plan.window == nil ? 64 : 1)
    }

    /// Runs a batch and hands its results in.
    ///
    /// - Throws: `Abandoned` alone.
    private func run(_ batch: [Item], _ runner: Runner, attempt: Int) throws {
        var results: [Stored] = []
        results.reserveCapacity(batch.count)
        let start = ProcessorTicks.now
        do {
            for item in batch {
                if self.stopSource.isStopped { throw self.error ?? ParallelError.outerLoopEnded }
                results.append(try self.store(try runner.outcome(of: item.task, at: item.index, attempt: attempt)))
            }
        } catch let abandoned as Abandoned {
            throw abandoned
        } catch {
            return self.complete(first: batch[0].index, results, failure: error)
        }
        // A difference that wraps around, or between two processors, counts as long.
        let isShort = ProcessorTicks.now &- start < UInt64(batch.count) * ProcessorTicks.perMicrosecond / 2
        self.complete(first: batch[0].index, results, failure: nil, isShort: isShort)
    }

    private func heldTask(_ item: Item) -> HeldTasks.Task {
        HeldTasks.Task(
            index: item.index,
            run: { runner, attempt in try self.run([item], runner, attempt: attempt) },
            settle: { failure in
                do {
                    self.complete(first: item.index, [try self.store(.failure(failure))], failure: nil)
                } catch {
                    self.complete(first: item.index, [], failure: error)
                }
                return true
            }
        )
    }

    func complete(first: Int, _ results: [Stored], failure: (any Error)?, isShort: Bool = false) {
        let outcome = StreamState<Stored>.Outcome(first: first, results: results, failure: failure)
        self.state.withLock { state in
            state.stream.complete(outcome)
            state.shortRuns = isShort ? state.shortRuns + 1 : 0
        }
        if let failure { self.noteFailure(failure) }
        self.didChange()
    }

    /// Notes a failure that is among the results.
    func noteFailure(_ failure: any Error) {
        if !self.endsInOrder { self.stop(failure) }
    }

    override var hasWork: Bool {
        if self.isStopped { return false }
        if self.held.hasReruns { return true }
        switch self.source {
        case .reader: return self.state.withLock { $0.stream.hasRoom }
        case .queue(let queue): return !queue.isEmpty
        }
    }

    override var isOverWhenEmpty: Bool {
        self.isStopped || (self.state.withLock { $0.stream.isOver } && !self.hasWork)
    }

    override func requeue(_ index: Int, attempt: Int) {
        self.held.requeue(index, attempt: attempt)
    }

    override func settle(_ index: Int, _ failure: TaskFailure) -> Bool {
        self.held.settle(index, failure)
    }
}
