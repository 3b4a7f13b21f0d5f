// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX
import Synchronization

/// A call whose tasks are sent to workers that see bytes only: a list or a stream.
///
/// One thread *feeds* it: it reads tasks as far ahead as the window allows, encodes them, and hands batches to the session, so
/// many for each worker that none waits for the next. Answers come in on the session's threads. See docs/architecture.md,
/// "Tasks that travel".
///
/// It knows no types: code for any type would look them up at each step. What is handed in are ``ShippedBody`` values, what comes
/// out are ``ShippedResults``.
// SAFETY: constants, mutexes, `attended`, which is set before anybody else knows the loop, and `writer`, which is the feeding
// thread's.
final class ShippingLoop: Loop, @unchecked Sendable {
    /// Tasks in a row, and the index of the first.
    typealias Tasks = (first: Int, bodies: ArraySlice<ShippedBody>)

    /// Where tasks come from.
    enum Source {
        /// The feeding thread reads.
        case reader(ShippedReader)

        /// An asynchronous caller reads, and hands in what it has reserved.
        case queue(BatchQueue<Tasks>)
    }

    struct State {
        var stream: StreamState<ShippedResults>
        var ledger = ShippingLedger()
        var sizer = ShippingSizer()

        /// How many batches are with workers.
        var shipmentCount = 0

        /// How many of them a worker may have.
        var ahead = ShippingWindow()

        /// Whether those that are with workers are not waited for any more.
        var isGivenUp = false

        /// How answers are waited for while much is with workers.
        var pace = GatheringPace()

        /// What is to be sent again, one batch each.
        var reruns: [(group: ShippedGroup, entries: ShippedEntries)] = []

        /// All groups of a list, in order.
        var groups: [ShippedGroup] = []

        /// What is to be sent again with nothing beside it.
        var lone = LoneWork<(group: ShippedGroup, entries: ShippedEntries)>()

        /// How many tasks were read.
        var readCount = 0

        var hasThrown = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    let source: Source
    let coding: TaskCoding
    let state: Mutex<State>

    /// Whether all results are taken together at the end.
    let isList: Bool

    /// Whether the tasks before one that failed still count, or the first failure in time ends everything.
    let endsInOrder: Bool

    /// Whether tasks go on when one has failed.
    let keepsGoing: Bool

    let inputCount: Int?
    private let hasEndedCall = Atomic<Bool>(false)

    // Sequentially consistent: see `didChange`.
    let hasWaiters = Atomic<Bool>(false)

    /// How many batches may be with a worker at most.
    private let batchesAhead: Int

    /// The session, where those who wait take answers in.
    private(set) var attended: (any AttendedSession)?

    /// What writes batches, while none is being written.
    private var writer: PayloadWriter?

    /// Makes a loop.
    ///
    /// - Parameters:
    ///   - plan: What was decided about the call.
    ///   - coding: How tasks and outputs become bytes.
    ///   - source: Where tasks come from.
    ///   - count: How many there are, where that is known.
    ///   - isOrdered: Whether results are taken in the order of the input.
    ///   - isList: Whether the results make a list: buffered ones do not count, and the failure that comes first in time
    ///     ends the loop instead of the first in order.
    ///   - keepsGoing: Whether tasks go on when one has failed.
    init(
        _ plan: CallPlan,
        _ coding: TaskCoding,
        _ source: Source,
        count: Int?,
        isOrdered: Bool,
        isList: Bool,
        keepsGoing: Bool
    ) {
        self.source = source
        self.coding = coding
        self.isList = isList
        self.endsInOrder = isOrdered && !isList
        self.keepsGoing = keepsGoing
        self.inputCount = count
        // One that waits behind another has not begun, which a limit for that must not hold against it.
        self.batchesAhead = plan.stallTimeout == nil ? max(1, plan.settings.capabilities.batchesAhead) : 1
        let stream = StreamState<ShippedResults>(window: plan.window, isOrdered: isOrdered, countsBuffered: !isList)
        self.state = Mutex(State(stream: stream))
        super.init(plan, isStream: true)
    }

    var coder: any TaskCoder { self.coding.coder }

    /// Turns tasks into bytes; for the feeding thread, once it comes to the first that is not plain bytes.
    private lazy var taskCoder = self.coding.taskCoder(self.plan)
    private lazy var batchCoder = self.taskCoder as? any BatchTaskCoder

    // MARK: - Lifetime

    /// Opens the session; whoever feeds the loop is inside from then on.
    func open() throws {
        do {
            try self.openUntold()
        } catch {
            self.plan.report?.waitUntilTold()
            throw error
        }
    }

    /// The same for an asynchronous caller.
    func open() async throws {
        do {
            try self.openUntold()
        } catch {
            await self.plan.report?.told()
            throw error
        }
    }

    private func openUntold() throws {
        self.plan.report?.begin(self)
        do {
            let call = try OpenCall(self.plan, taskCount: self.inputCount)
            self.attended = call.opened.attended
            self.attach(call)
        } catch {
            self.plan.report?.finish(error)
            throw error
        }
        for scope in self.plan.stopScopes { scope.add(self) }
        _ = self.enter()
    }

    /// Feeds the loop to its end in the calling thread.
    func feed() {
        while let seen = self.feedOnce() { self.waitBlocking(since: seen) }
        self.awaitBatches()
        self.leave(nil)
        self.close()
    }

    /// Feeds the loop to its end on a thread of its own.
    func startFeeding() {
        do {
            try PlatformThread.start(name: "joblib-feeder") { self.feed() }
        } catch {
            self.stop(ParallelError(.resourceExhausted, "no thread to read tasks on: \(error); use fewer jobs"))
            self.feed()
        }
    }

    override var taskCount: Int? { self.inputCount }

    override func didStop() { self.didChange() }

    override func workersDidChange() {
        if self.plan.settings.takesAll, let workers = self.call?.workers,
            let window = self.plan.settings.window(workers: workers)
        {
            self.state.withLock { $0.stream.window = window }
        }
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

    /// Whether nothing of the loop runs any more and its call has ended.
    var hasEnded: Bool { self.hasEndedCall.load(ordering: .acquiring) }

    /// Wakes whoever waits for the loop to get on.
    func didChange() {
        self.advanceEvent()
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        // Who is about to suspend says so first, and then looks at the event: one of the two sees the other.
        guard self.hasWaiters.load(ordering: .sequentiallyConsistent) else { return }
        let waiters = self.state.withLock { state in
            self.hasWaiters.store(false, ordering: .sequentiallyConsistent)
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    // MARK: - Feeding

    private enum Step {
        case send(ShippedGroup, ShippedEntries, isLone: Bool)
        case read(Int)
        case wait, end
    }

    /// Sends what can be sent.
    ///
    /// - Returns: The event's count to wait for a change of; `nil` when all is done.
    private func feedOnce() -> UInt32? {
        while true {
            let seen = self.event.count
            switch self.nextStep() {
            case .send(let group, let entries, let isLone): self.send(entries, of: group, isLone: isLone)
            case .read(let size): self.read(size)
            case .wait: return seen
            case .end: return nil
            }
        }
    }

    private func nextStep() -> Step {
        if self.isStoppedOrOrphaned {
            if !self.isStopped { self.stop(ParallelError.outerLoopEnded) }
            return .end
        }
        let step = self.state.withLock { state -> Step? in
            let room = self.room(state)
            guard state.shipmentCount < room else { return room == 0 && state.shipmentCount == 0 ? nil : .wait }
            if let call = self.call, let bytes = call.opened.shippedBytes,
                !bytes.allow(self, batches: state.shipmentCount, workers: call.workers)
            {
                return .wait
            }
            switch state.lone.next(isIdle: state.shipmentCount == 0) {
            case .send(let work): return .send(work.group, work.entries, isLone: true)
            case .wait: return .wait
            case .go: break
            }
            if let rerun = state.reruns.popLast() { return .send(rerun.group, rerun.entries, isLone: false) }
            let isDone = state.stream.isOver && state.shipmentCount == 0
            switch self.source {
            case .queue(let queue):
                // Under the lock: after the input has ended nothing more is handed in.
                if !queue.isEmpty { return .read(1) }
                return isDone ? .end : .wait
            case .reader:
                if isDone { return .end }
                guard state.stream.claim() else { return .wait }
                return .read(self.readSize(state))
            }
        }
        if let step { return step }
        if let call = self.call { self.stop(call.hasNoWorkers) }
        return .end
    }

    /// How many workers there are.
    var workers: Int { self.plan.settings.takesAll ? max(1, self.call?.workers ?? 1) : self.plan.workers }

    /// How many batches may be with workers.
    private func room(_ state: State) -> Int {
        let ahead = state.ahead.batchesAhead(self.batchesAhead)
        let (room, overflow) = (self.call?.workers ?? 1).multipliedReportingOverflow(by: ahead)
        return overflow ? .max : max(0, room)
    }

    /// How many tasks the next batch has.
    var readSize: Int { self.state.withLock { self.readSize($0) } }

    private func readSize(_ state: State) -> Int {
        let unread = self.inputCount.map { $0 - state.readCount }
        return self.plan.batchSize ?? state.sizer.size(unread: unread, workers: self.workers)
    }

    private func read(_ size: Int) {
        let tasks: Tasks
        switch self.source {
        case .reader(let reader):
            tasks = reader.read(size)
            guard !tasks.bodies.isEmpty else {
                self.plan.report?.inputDidEnd(after: tasks.first)
                self.state.withLock { $0.stream.claimFoundNothing() }
                return self.didChange()
            }
        case .queue(let queue):
            guard let batch = queue.pop()?.first else { return }
            tasks = batch
        }
        let group = ShippedGroup(first: tasks.first, tasks.bodies, self.coding.outputs)
        self.state.withLock { state in
            state.readCount = max(state.readCount, group.first + group.count)
            if self.isList { state.groups.append(group) }
        }
        self.send(ShippedEntries(.init(index: group.first, retries: self.plan.retries), count: group.count), of: group)
    }

    /// Encodes tasks and hands them to the session.
    private func send(_ entries: ShippedEntries, of group: ShippedGroup, isLone: Bool = false) {
        // Out of the loop, where it is written to at each step, and back.
        var writer =
            self.writer.take()
            ?? PayloadWriter(self.coding.settings(self.plan, seed: self.rootSeed, keepsGoing: self.keepsGoing))
        writer.begin(capacity: entries.count * 16)
        var isCoded = false
        func coder() -> any TaskCoder {
            if !isCoded { self.batchCoder?.beginBatch() }
            isCoded = true
            return self.taskCoder
        }
        var unsent: [ShippingLedger.Entry] = []
        var rest = entries
        while let (entry, count) = rest.firstRow {
            do {
                let tasks = group.tasks(from: entry.index, count)
                let added = try writer.add(tasks, entry, coder(), self.coding)
                guard added > 0 else {
                    let body = group.body(of: entry.index)
                    throw body.refusal("the task", self.plan.settings) ?? ParallelError(.taskNotPortable, "\(body)")
                }
                rest.removeFirst(added)
            } catch {
                unsent.append(entry)
                rest.removeFirst(1)
                let reason: TaskFailure.Reason =
                    (error as? ParallelError)?.code == .taskNotPortable ? .notPortable : .notEncodable
                self.fail(entry, self.failure(entry, of: group, error, reason, .thisProcess), of: group)
                self.didChange()
            }
        }
        let (count, payload) = (writer.count, writer.finish())
        self.writer = writer
        let didEnd = isCoded ? self.batchCoder?.endBatch() : nil
        guard count > 0, !self.isStopped else {
            didEnd?()
            return
        }
        let sent = unsent.isEmpty ? entries : ShippedEntries(entries.all.filter { !unsent.contains($0) })
        let shipment = Shipment(self, group, sent, payload: payload, isLone: isLone, didEnd)
        self.state.withLock { state in
            state.shipmentCount += 1
            shipment.lossRound = state.ledger.lossRound
            state.ahead.noteBatch(of: payload.count, hasArrays: didEnd != nil)
        }
        self.call?.opened.shippedBytes?.add(payload.count)
        self.report(sent)
        do {
            guard let call = self.call else { throw ParallelError.outerLoopEnded }
            try call.submit(shipment)
        } catch {
            self.state.withLock { state in
                shipment.isFinished = true
                state.shipmentCount -= 1
            }
            shipment.letGo()
            self.stop(error)
        }
    }

    private func report(_ entries: ShippedEntries) {
        guard let report = self.plan.report else { return }
        for entry in entries.all {
            report.dispatch(
                entry.index..<entry.index + 1,
                attempt: entry.attempt,
                batchSize: entries.count,
                workerIndex: 0
            )
        }
    }
}
