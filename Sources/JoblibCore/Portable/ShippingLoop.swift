// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX
import Synchronization

/// A call whose tasks are sent to workers that see bytes only: a list or a stream.
///
/// One thread *feeds* it: it reads tasks as far ahead as the window allows, encodes them, and hands batches to the session, so
/// many for each worker that none waits for the next. Answers come in on the session's threads. See docs/architecture.md,
/// "Tasks that travel".
// SAFETY: constants, and mutexes.
final class ShippingLoop<Output: Sendable, Stored: Sendable>: Loop, @unchecked Sendable {
    /// Where tasks come from.
    enum Source {
        /// The feeding thread reads.
        case reader(ShippedReader)

        /// An asynchronous caller reads, and hands in what it has reserved.
        case queue(BatchQueue<StreamLoop<Output, Stored>.Item>)
    }

    struct State {
        var stream: StreamState<Stored>
        var ledger = ShippingLedger()
        var sizer = ShippingSizer()

        /// What is with workers.
        var shipments: [ObjectIdentifier: Shipment<Output, Stored>] = [:]

        /// What is to be sent again, one batch each.
        var reruns: [(group: ShippedGroup<Output>, entries: [ShippingLedger.Entry])] = []

        /// What is to be sent again with nothing beside it.
        var lone = LoneWork<(group: ShippedGroup<Output>, entries: [ShippingLedger.Entry])>()

        /// How many tasks were read.
        var readCount = 0

        var hasThrown = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    let source: Source
    let coding: TaskCoding<Output>
    let state: Mutex<State>
    let store: @Sendable (Swift::Result<Output, TaskFailure>) throws(TaskFailure) -> Stored

    /// Whether the tasks before one that failed still count, or the first failure in time ends everything.
    let endsInOrder: Bool

    /// Whether tasks go on when one has failed.
    private let keepsGoing: Bool

    let inputCount: Int?
    private let hasEndedCall = Atomic<Bool>(false)

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
    ///   - store: Makes what is handed out of a task's outcome, or throws to end the loop.
    init(
        _ plan: CallPlan,
        _ coding: TaskCoding<Output>,
        _ source: Source,
        count: Int?,
        isOrdered: Bool,
        isList: Bool,
        _ store: @escaping @Sendable (Swift::Result<Output, TaskFailure>) throws(TaskFailure) -> Stored
    ) {
        self.source = source
        self.coding = coding
        self.store = store
        self.endsInOrder = isOrdered && !isList
        self.keepsGoing = (try? store(.failure(.example))) != nil
        self.inputCount = count
        let stream = StreamState<Stored>(window: plan.window, isOrdered: isOrdered, countsBuffered: !isList)
        self.state = Mutex(State(stream: stream))
        super.init(plan, isStream: true)
    }

    var coder: any TaskCoder { self.coding.coder }

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
            self.attach(try OpenCall(self.plan, taskCount: self.inputCount))
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

    override func workersDidChange() { self.didChange() }

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
        let waiters = self.state.withLock { state in
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    // MARK: - Feeding

    private enum Step {
        case send(ShippedGroup<Output>, [ShippingLedger.Entry], isLone: Bool)
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
        let room = self.room
        let step = self.state.withLock { state -> Step? in
            guard state.shipments.count < room else { return room == 0 && state.shipments.isEmpty ? nil : .wait }
            switch state.lone.next(isIdle: state.shipments.isEmpty) {
            case .send(let work): return .send(work.group, work.entries, isLone: true)
            case .wait: return .wait
            case .go: break
            }
            if let rerun = state.reruns.popLast() { return .send(rerun.group, rerun.entries, isLone: false) }
            let isDone = state.stream.isOver && state.shipments.isEmpty
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

    /// How many batches may be with workers.
    private var room: Int {
        let capabilities = self.plan.settings.capabilities
        // One that waits behind another has not begun, which a limit for that must not hold against it.
        let ahead = self.plan.stallTimeout == nil ? max(1, capabilities.batchesAhead) : 1
        let (room, overflow) = (self.call?.workers ?? 1).multipliedReportingOverflow(by: ahead)
        return overflow ? .max : max(0, room)
    }

    /// How many tasks the next batch has.
    var readSize: Int { self.state.withLock { self.readSize($0) } }

    private func readSize(_ state: State) -> Int {
        let unread = self.inputCount.map { $0 - state.readCount }
        return self.plan.batchSize ?? state.sizer.size(unread: unread, workers: self.plan.workers)
    }

    private func read(_ size: Int) {
        let group: ShippedGroup<Output>
        switch self.source {
        case .reader(let reader):
            let (first, bodies) = reader.read(size)
            guard !bodies.isEmpty else {
                self.plan.report?.inputDidEnd(after: first)
                self.state.withLock { $0.stream.claimFoundNothing() }
                return self.didChange()
            }
            group = ShippedGroup(first: first, bodies)
        case .queue(let queue):
            guard let batch = queue.pop() else { return }
            group = ShippedGroup(first: batch[0].index, batch.map(\.task.shipped)[...])
        }
        self.state.withLock { $0.readCount = max($0.readCount, group.first + group.count) }
        let retries = self.plan.retries
        self.send((0..<group.count).map { .init(index: group.first + $0, retries: retries) }, of: group)
    }

    /// Encodes tasks and hands them to the session.
    private func send(_ entries: [ShippingLedger.Entry], of group: ShippedGroup<Output>, isLone: Bool = false) {
        let settings = self.coding.settings(self.plan, seed: self.rootSeed, keepsGoing: self.keepsGoing)
        let copiesMemory = self.coding.copiesMemory
        var payload = PayloadWriter(settings, capacity: entries.count * 16)
        var unsent: [Int] = []
        var place = 0
        while place < entries.count {
            do {
                let count = try payload.add(
                    group.bodies,
                    entries[place...],
                    first: group.first,
                    self.coder,
                    copiesMemory: copiesMemory
                )
                guard count > 0 else {
                    let body = group.body(of: entries[place].index)
                    throw body.refusal("the task", self.plan.settings) ?? ParallelError(.taskNotPortable, "\(body)")
                }
                place += count
            } catch {
                let entry = entries[place]
                unsent.append(place)
                place += 1
                let reason: TaskFailure.Reason =
                    (error as? ParallelError)?.code == .taskNotPortable ? .notPortable : .notEncodable
                self.settle(entry, .failure(self.failure(entry, of: group, error, reason, .thisProcess)), of: group)
                self.didChange()
            }
        }
        guard payload.count > 0, !self.isStopped else { return }
        let sent = unsent.isEmpty ? entries : entries.enumerated().filter { !unsent.contains($0.offset) }.map(\.element)
        let shipment = Shipment(self, group, sent, payload: payload.finish(), isLone: isLone)
        self.state.withLock { $0.shipments[ObjectIdentifier(shipment)] = shipment }
        self.report(sent)
        do {
            guard let call = self.call else { throw ParallelError.outerLoopEnded }
            try call.submit(shipment)
        } catch {
            self.state.withLock { $0.shipments[ObjectIdentifier(shipment)] = nil }
            self.stop(error)
        }
    }

    private func report(_ entries: [ShippingLedger.Entry]) {
        guard let report = self.plan.report else { return }
        for entry in entries {
            report.dispatch(
                entry.index..<entry.index + 1,
                attempt: entry.attempt,
                batchSize: entries.count,
                workerIndex: 0
            )
        }
    }

    // MARK: - What has come of tasks

    func failure(
        _ entry: ShippingLedger.Entry,
        of group: ShippedGroup<Output>,
        _ error: any Error,
        _ reason: TaskFailure.Reason,
        _ worker: TaskFailure.Worker,
        trace: String? = nil
    ) -> TaskFailure {
        TaskFailure(
            index: entry.index,
            arguments: group.body(of: entry.index).argumentText,
            underlyingError: error,
            reason: reason,
            worker: worker,
            attempt: entry.attempt,
            remoteTrace: trace
        )
    }

    /// Notes what has come of a task for good, and hands its group's results on where they are complete.
    func settle(
        _ entry: ShippingLedger.Entry,
        _ outcome: Swift.Result<Output, TaskFailure>,
        of group: ShippedGroup<Output>
    ) {
        var failure: (any Error)?
        self.state.withLock { state in
            guard group.settle(entry.index, outcome) else { return }
            state.ledger.noteProgress()
            do {
                if case .failure = outcome { _ = try self.store(outcome) }
            } catch {
                failure = error
            }
            if failure != nil { group.noteEndingFailure(at: entry.index) }
            self.handOn(group, &state)
        }
        if let failure, !self.endsInOrder { self.stop(failure) }
    }

    /// Hands a group's results on once they are complete, or as far as they go before the first failure that ends the loop.
    func handOn(_ group: ShippedGroup<Output>, _ state: inout State) {
        guard !group.isHandedOn, group.endingIndex != nil || group.isComplete else { return }
        var (results, failure, isAll) = group.results(self.store)
        if !isAll, failure == nil {
            // A result is missing before the failure: it still comes, unless the failure ends everything.
            if self.endsInOrder { return }
            failure = group.firstFailure
        }
        group.isHandedOn = true
        state.stream.complete(StreamState<Stored>.Outcome(first: group.first, results: results, failure: failure))
    }
}
