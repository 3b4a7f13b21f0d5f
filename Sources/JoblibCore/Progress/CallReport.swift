// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX
import Synchronization

/// What one call tells those who follow it: a stream of events, and a tally.
///
/// The one place where events are made. Telling never waits for whoever is told.
@usableFromInline
final class CallReport: Sendable {
    let call: CallID
    let tally: CallTally

    /// What an observer of the user's gets.
    private let observer: EventDelivery<ParallelEvent>?

    /// What `verbose` asks for.
    private let lines: VerboseReport?

    /// What `.bar` and `.lines` ask for.
    private let bar: ProgressBar?

    private let enclosingCall: CallID?
    private let start = Atomic<UInt64>(0)

    init(
        call: CallID,
        enclosingCall: CallID?,
        workers: Int,
        observer: EventDelivery<ParallelEvent>?,
        lines: VerboseReport?,
        bar: ProgressBar.Mode?,
        label: String
    ) {
        self.call = call
        self.enclosingCall = enclosingCall
        self.tally = CallTally()
        self.observer = observer
        self.lines = lines
        self.bar = bar.map { [tally = self.tally] mode in ProgressBar(mode, tally, workers: workers, label: label) }
    }

    /// Whether somebody is told of each task, and not only looks at the tally.
    var wantsTasks: Bool { self.observer != nil || self.lines != nil }

    /// Whether an event is made for each task.
    var hasObserver: Bool { self.observer != nil }

    private var prints: Bool { self.lines != nil || self.bar != nil }

    // MARK: - The call

    func begin(_ loop: Loop) {
        self.begin(workers: loop.plan.workers, taskCount: loop.taskCount, rootSeed: loop.rootSeed)
        if let refusal = loop.plan.settings.refusedHint { self.fault(refusal) }
    }

    func begin(workers: Int, taskCount: Int?, rootSeed: UInt64) {
        // Relaxed: whoever reads it was started, or handed a task, afterwards.
        self.start.store(MonotonicClock.now, ordering: .relaxed)
        if let taskCount { self.tally.taskCount = taskCount }
        if self.wantsTasks {
            var event = self.event(.started)
            let start = ParallelEvent.Rare.Start(
                rootSeed: rootSeed,
                workerCount: workers,
                enclosingCall: self.enclosingCall
            )
            event.set(ParallelEvent.Rare(start: start))
            self.send(event)
        }
        if let bar = self.bar { Console.shared.show(bar) }
    }

    /// Says that the call has ended.
    func finish(_ error: (any Error)?) {
        var way = CallEnd(error: error)
        // A consumer that took all results may let go of them without asking whether there is another.
        if way == .cancelled, self.tally.isComplete { way = .completed }
        if let bar = self.bar { Console.shared.finish(bar, way) }
        guard self.wantsTasks else { return }
        var event = self.event(.done)
        let end = ParallelEvent.Rare.End(
            way: way,
            inputDuration: .nanoseconds(self.tally.inputNanoseconds.load(ordering: .relaxed)),
            encodingDuration: .nanoseconds(self.tally.encodingNanoseconds.load(ordering: .relaxed))
        )
        event.set(ParallelEvent.Rare(end: end))
        self.send(event)
    }

    /// Waits until everybody has been told, unless that takes long.
    func waitUntilTold() {
        self.observer?.waitUntilDelivered()
        if self.prints { Console.shared.waitUntilPrinted() }
    }

    /// The same for an asynchronous caller, whose thread must not be blocked.
    func told() async {
        await self.observer?.untilDelivered()
        if self.prints { await Console.shared.printed() }
    }

    /// Says that the backend has done what it must not do.
    func fault(_ error: ParallelError) {
        guard self.wantsTasks else { return }
        var event = self.event(.backendFault)
        event.set(ParallelEvent.Rare(error: error))
        self.send(event)
    }

    /// Says what has become of a host.
    func tell(_ host: HostEvent) {
        guard self.wantsTasks else { return }
        var event = self.event(host.kind)
        event.set(ParallelEvent.Rare(host: host))
        self.send(event)
    }

    /// Notes how many tasks there are, if a sequence of them can tell without being read.
    @usableFromInline
    func noteTaskCount(of tasks: some Sequence) {
        if let count = Self.taskCount(of: tasks) { self.tally.taskCount = count }
    }

    @usableFromInline
    static func taskCount(of tasks: some Sequence) -> Int? {
        // Of any other collection counting may mean to compute every element.
        (tasks as? any RandomAccessCollection)?.count
    }

    /// Notes how many tasks there are, at the end of an input that did not tell.
    func inputDidEnd(after count: Int) {
        self.tally.taskCount = count
    }

    // MARK: - Tasks

    /// Says that tasks have been given to a worker.
    ///
    /// - Parameters:
    ///   - indices: Their positions.
    ///   - attempt: Which attempt at them this is, from 1.
    ///   - batchSize: With how many they were given, if there are others.
    ///   - workerIndex: The worker.
    func dispatch(_ indices: Range<Int>, attempt: Int = 1, batchSize: Int? = nil, workerIndex: Int) {
        guard self.wantsTasks, !indices.isEmpty else { return }
        if attempt == 1 { self.lines?.noteDispatch(of: indices.count, batchSize: batchSize ?? indices.count) }
        guard let observer = self.observer else { return }
        var event = self.event(.dispatched)
        event.attempt = attempt
        event.workerIndex = workerIndex
        event.batchSize = batchSize ?? indices.count
        observer.add(
            indices.lazy.map { index in
                event.index = index
                return event
            }
        )
    }

    /// Says what has happened to a task that a worker runs.
    ///
    /// - Parameters:
    ///   - kind: What.
    ///   - task: The task.
    ///   - time: When, in nanoseconds of the monotonic clock.
    ///   - duration: How long the attempt ran.
    ///   - failure: Why it failed.
    func tell(
        _ kind: ParallelEvent.Kind,
        _ task: TaskIdentity,
        at time: UInt64 = MonotonicClock.now,
        duration: Duration? = nil,
        failure: TaskFailure? = nil
    ) {
        switch kind {
        case .failed: self.tally.addFailure()
        case .retried: self.tally.retried.wrappingAdd(1, ordering: .relaxed)
        default: break
        }
        guard self.wantsTasks else { return }
        var event = self.event(kind, at: time)
        event.index = task.index
        event.attempt = task.attempt
        event.workerIndex = task.workerIndex
        event.duration = duration
        if let failure { event.set(ParallelEvent.Rare(failure: failure)) }
        self.send(event)
    }

    private func event(_ kind: ParallelEvent.Kind, at time: UInt64 = MonotonicClock.now) -> ParallelEvent {
        let start = self.start.load(ordering: .relaxed)
        var event = ParallelEvent(kind, call: self.call, nanoseconds: time - min(start, time))
        event.taskCount = self.tally.taskCount
        return event
    }

    private func send(_ event: ParallelEvent) {
        self.observer?.add(event)
        self.lines?.note(event)
    }
}

/// One attempt at one task, on one worker.
struct TaskIdentity {
    let index: Int
    let attempt: Int
    let workerIndex: Int
}
