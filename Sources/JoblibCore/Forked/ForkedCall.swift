// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX
import Synchronization

/// One call, or one batch of a stream, on forked workers: what they and their parent have in common, and what has come of it.
///
/// For each worker that may be at work a thread of the parent forks one, waits for it, and forks another where tasks are
/// left. See docs/architecture.md, "Forked workers".
// SAFETY: constants and mutexes.
final class ForkedCall: Sendable {
    let plan: CallPlan

    /// The loop that is stopped when a task fails, and that stops the workers.
    // SAFETY: holds the call for as long as any of it runs; not counted, since they would hold each other.
    private unowned(unsafe) let owner: Loop

    /// What runs the tasks; `nil` once the call is over.
    private let runner: Mutex<IndexLoop?>

    private let count: Int

    /// The index of the first task in its call.
    let base: Int

    /// Whether tasks go on when one has failed.
    let keepsGoing: Bool

    /// What is said of a task that has failed for good.
    // Until the call is over: it holds the loop that holds the call.
    // In a struct: the compiler wraps a closure that is a mutex's very value once more at each access, and keeps that; the end of a hundred
    // thousand of them overflows the stack.
    private struct Listener: Sendable {
        var didFail: (@Sendable (Int, TaskFailure) -> Void)?
    }

    private let listener: Mutex<Listener>

    let control: ForkedControl
    let transport: ResultTransport?
    let slots: ResultSlots?
    let coder: any TaskCoder
    let seed: UInt64
    let childPlan: CallPlan

    private let ledger = Mutex(ForkedLedger())
    // When the first worker came to its first task, in nanoseconds of the monotonic clock; 0 before. Relaxed: a number.
    private let entryTime = Atomic<UInt64>(0)

    // Of the caller's thread alone.
    private let isCallerBusy = Atomic<Bool>(false)

    private let freeSlots: Mutex<[Int]>
    private let workers = Mutex<[ObjectIdentifier: any ForkedWorker]>([:])

    /// Makes a call.
    ///
    /// - Parameters:
    ///   - owner: The loop that it belongs to.
    ///   - tasks: What runs the tasks, of which there is at least one.
    ///   - base: The index of the first task in its call.
    ///   - workers: How many workers may be at work at once.
    ///   - keepsGoing: Whether tasks go on when one has failed.
    ///   - didFail: What is said of a task that has failed for good.
    /// - Throws: ``ParallelError`` when the results cannot come back, or the system has no memory left to give.
    init(
        owner: Loop,
        _ tasks: IndexLoop,
        base: Int = 0,
        workers: Int,
        keepsGoing: Bool,
        didFail: @escaping @Sendable (Int, TaskFailure) -> Void
    ) throws {
        let plan = owner.plan
        guard let backend = plan.backend as? any ForkingBackend else {
            throw ParallelError(
                .startupFailed,
                "\(plan.backendName) says that it forks, and is no ForkingBackend"
            )
        }
        self.plan = plan
        unsafe self.owner = owner
        self.runner = Mutex(tasks)
        self.count = tasks.count
        self.base = base
        self.keepsGoing = keepsGoing
        self.listener = Mutex(Listener(didFail: didFail))
        self.coder = backend.taskCoder
        self.transport = try tasks.transport(self.coder, plan.backendName)
        do {
            self.control = try ForkedControl(count: tasks.count, workers: workers)
            self.slots = try self.transport.map { transport throws(SystemError) in
                try ResultSlots(count: tasks.count, stride: transport.stride)
            }
        } catch {
            throw ParallelError(
                .resourceExhausted,
                "\(plan.backendName) has no memory for the results of \(tasks.count) tasks: \(error)"
            )
        }
        self.seed = owner.rootSeed
        self.childPlan = plan.forChildren(workers: max(1, plan.workers / max(1, workers)))
        self.freeSlots = Mutex(Array((0..<workers).reversed()))
    }

    /// How many tasks a worker claims at once; `nil`: as measured.
    var batchSize: Int? { self.plan.batchSize }

    /// Whether another worker would find something to do.
    var hasWork: Bool {
        !self.control.isStopped && (self.control.hasUnclaimed || self.ledger.withLock { $0.hasReruns })
    }

    // MARK: - Threads of the parent

    /// Forks workers, one after the other, until none is needed.
    func work(_ runner: Runner) {
        unsafe self.work(runner, self.owner)
    }

    private func work(_ runner: Runner, _ owner: Loop) {
        defer {
            if self.ledger.withLock({ $0.isHopeless }) {
                let name = self.plan.backendName
                owner.stop(
                    ParallelError(
                        .poolUnhealthy,
                        "workers of \(name) end, and what they should have sent never arrives"
                    )
                )
            }
        }
        while !owner.isStopped, let assignments = self.nextAssignments() {
            guard let slot = self.freeSlots.withLock({ $0.popLast() }) else {
                return self.ledger.withLock { $0.left(assignments.map(\.range)) }
            }
            defer { self.freeSlots.withLock { $0.append(slot) } }
            do {
                try ForkedSupervision(self, owner, runner, slot: self.control.slot(slot), assignments).run()
            } catch {
                let others = self.ledger.withLock { ledger in
                    ledger.left(assignments.map(\.range))
                    return ledger.active
                }
                // Where the system has nothing left for another one, those that are there do its tasks as well.
                guard others > 0, let error = error as? ParallelError, error.code == .resourceExhausted else {
                    owner.stop(error)
                    continue
                }
                self.plan.report?.fault(error)
                return
            }
        }
    }

    private func nextAssignments() -> [ForkedLedger.Assignment]? {
        self.ledger.withLock { ledger in
            guard !self.control.isStopped else { return nil }
            return ledger.next(hasUnclaimed: self.control.hasUnclaimed) {
                self.control.positions(.open, in: 0..<self.control.count)
            }
        }
    }

    func withLedger<T>(_ body: (inout ForkedLedger) -> T) -> T {
        self.ledger.withLock { body(&$0) }
    }

    /// When the first worker came to its first task, in nanoseconds of the monotonic clock; `nil` if none has.
    var firstEntry: UInt64? {
        let time = self.entryTime.load(ordering: .relaxed)
        return time == 0 ? nil : time
    }

    /// Notes that the caller's thread is at work, so that nobody forks meanwhile.
    func callerIsBusy() {
        self.isCallerBusy.store(true, ordering: .relaxed)
        ForkTurn.enter()
    }

    /// Notes that it only waits from now on, or is done.
    func callerIsStill() {
        if self.isCallerBusy.exchange(false, ordering: .relaxed) { ForkTurn.leave() }
    }

    /// Notes when a worker came to its first task.
    func noteEntry(at time: UInt64) {
        _ = self.entryTime.compareExchange(expected: 0, desired: time, ordering: .relaxed)
    }

    /// Notes that a worker is at work, which is woken when the call stops.
    func add(_ worker: any ForkedWorker) {
        self.workers.withLock { $0[ObjectIdentifier(worker)] = worker }
        // Whoever stopped the call before has not woken this one.
        if self.control.isStopped { worker.wake() }
    }

    func remove(_ worker: any ForkedWorker) {
        self.workers.withLock { _ = $0.removeValue(forKey: ObjectIdentifier(worker)) }
    }

    /// What runs the tasks.
    var tasks: IndexLoop? { self.runner.withLock { $0 } }

    /// Lets go of what runs the tasks, which may hold the call.
    func release() {
        self.runner.withLock { $0 = nil }
        self.listener.withLock { $0.didFail = nil }
    }

    /// Lets no further task start, and ends what does not end by itself soon.
    func stop() {
        self.control.stopAll()
        for worker in self.workers.withLock({ Array($0.values) }) { worker.wake() }
    }

    // MARK: - What has come of tasks

    /// Notes that a task has failed for good.
    func fail(_ position: Int, _ failure: TaskFailure) {
        self.control.set(.failed, of: position)
        // Outside of the lock: it stores the failure, and may stop the loop.
        self.listener.withLock { $0.didFail }?(position, failure)
        if !self.keepsGoing { self.stop() }
    }

    /// Whether there are tasks that have neither returned nor failed.
    var hasOpenTasks: Bool { !self.control.positions(.open, in: 0..<self.count).isEmpty }

    /// The tasks that have returned, and whose results are where the parent reads them; meaningful after the end.
    var completed: [Range<Int>] { self.control.positions(.done, in: 0..<self.control.count) }
}
