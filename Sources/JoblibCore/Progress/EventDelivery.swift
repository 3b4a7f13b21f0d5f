// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX
import Synchronization

/// Hands elements to a closure one at a time and in order, outside of every lock, on a thread that runs no task; where the
/// system has none to give, whoever waits at the end of a call delivers.
///
/// Whoever adds one never waits for the closure. There is no bound on what is pending: dropping events would lie to an
/// observer that counts them, and waiting would slow the loop.
final class EventDelivery<Element: Sendable>: Sendable {
    private struct State {
        var pending: [Element] = []
        var added = 0

        /// Whether a thread delivers, or is on its way.
        var isAttended = false

        /// The thread that delivers; 0: none yet.
        var deliverer: UInt = 0
    }

    /// How often to look whether the lock is free before sleeping.
    private static var spins: Int { 200 }

    /// How long the delivering thread waits for more before it leaves, in moments of so many nanoseconds.
    private static var moments: Int { 5 }
    private static var moment: UInt64 { 1_000_000 }

    private let receive: @Sendable (Element) -> Void
    private let patience: DeliveryPace.Patience
    private let state = Mutex(State())

    // Written by the delivering thread, one at a time; read by whoever waits. Sequentially consistent, since each side
    // writes one of `delivered` and `nextGoal` and then reads the other.
    private let delivered = Atomic<Int>(0)
    private let nextGoal = Atomic<Int>(.max)

    // Relaxed: an estimate is made of them.
    private let currentStart = Atomic<UInt64>(0)
    private let mean = Atomic<UInt64>(0)

    // Whether somebody has given up waiting: nobody waits again before all is delivered.
    private let isBehind = Atomic<Bool>(false)

    private let waiters = Mutex<[DeliveryWaiter]>([])

    /// Moves when somebody waits.
    private let nudges = WaitWord()

    /// Makes a queue.
    ///
    /// - Parameters:
    ///   - patience: How long `waitUntilDelivered` waits.
    ///   - receive: What gets the elements.
    init(patience: DeliveryPace.Patience = .brief, _ receive: @escaping @Sendable (Element) -> Void) {
        self.patience = patience
        self.receive = receive
    }

    func add(_ element: Element) {
        self.add(CollectionOfOne(element))
    }

    func add(_ elements: some Collection<Element>) {
        // The lock is held for some tens of nanoseconds, and asking the kernel for it costs as many microseconds.
        for _ in 0..<Self.spins {
            if let mustAttend = self.state.withLockIfAvailable({ Self.append(elements, to: &$0) }) {
                if mustAttend { self.attend() }
                return
            }
            SpinWait.briefly()
        }
        if self.state.withLock({ Self.append(elements, to: &$0) }) { self.attend() }
    }

    private static func append(_ elements: some Collection<Element>, to state: inout State) -> Bool {
        state.pending.append(contentsOf: elements)
        state.added += elements.count
        defer { state.isAttended = true }
        return !state.isAttended
    }

    private func attend() {
        guard !SpareThreads.shared.run({ self.deliver() }) else { return }
        // Who adds the next element tries again, and who waits at the end of a call delivers.
        self.state.withLock { $0.isAttended = false }
    }

    /// Delivers in the calling thread what nobody else will: the system has no thread left to give.
    private func deliverIfUnattended() {
        let isUnattended = self.state.withLock { state in
            guard !state.isAttended, !state.pending.isEmpty else { return false }
            state.isAttended = true
            return true
        }
        guard isUnattended, !SpareThreads.shared.run({ self.deliver() }) else { return }
        Runner.outsideOfTasks { self.deliver() }
    }

    private func deliver() {
        while true {
            while let elements = self.takePending() { self.deliver(elements) }
            if !self.waitForMore(), self.leave() { return }
        }
    }

    private func deliver(_ elements: [Element]) {
        var start = MonotonicClock.now
        var delivered = self.delivered.load(ordering: .relaxed)
        for element in elements {
            self.currentStart.store(start, ordering: .relaxed)
            self.receive(element)
            let end = MonotonicClock.now
            self.mean.store(DeliveryPace.mean(self.mean.load(ordering: .relaxed), end - start), ordering: .relaxed)
            start = end
            delivered += 1
            self.delivered.store(delivered, ordering: .sequentiallyConsistent)
            if delivered >= self.nextGoal.load(ordering: .sequentiallyConsistent) { self.wakeWaiters(delivered) }
        }
        self.currentStart.store(0, ordering: .relaxed)
    }

    /// Waits a moment for more; `false` when nothing has come.
    ///
    /// Only whoever waits for the delivery wakes the thread. If each element did, a loop of short tasks would spend its
    /// time on waking.
    private func waitForMore() -> Bool {
        for _ in 0..<Self.moments {
            let seen = self.nudges.count
            if self.state.withLock({ !$0.pending.isEmpty }) { return true }
            self.nudges.wait(while: seen, until: MonotonicClock.now + Self.moment)
        }
        return false
    }

    /// Leaves the queue to whoever adds the next element; `false` when there is one.
    private func leave() -> Bool {
        self.state.withLock { state in
            guard state.pending.isEmpty else { return false }
            state.isAttended = false
            state.deliverer = 0
            return true
        }
    }

    private func wakeWaiters(_ delivered: Int) {
        let reached = self.waiters.withLock { waiters in
            let reached = waiters.filter { $0.goal <= delivered }
            waiters.removeAll { $0.goal <= delivered }
            self.nextGoal.store(waiters.map(\.goal).min() ?? .max, ordering: .sequentiallyConsistent)
            return reached
        }
        for waiter in reached { waiter.wake() }
    }

    private func takePending() -> [Element]? {
        self.state.withLock { state in
            guard !state.pending.isEmpty else {
                self.isBehind.store(false, ordering: .relaxed)
                return nil
            }
            state.deliverer = Runner.threadIdentity
            defer { state.pending = [] }
            return state.pending
        }
    }

    // MARK: - Waiting

    /// Waits until all that was added so far is delivered, unless that would take long.
    func waitUntilDelivered() {
        self.deliverIfUnattended()
        let word = WaitWord()
        guard let waiter = self.register({ word.advance() }) else { return }
        while self.isWorthWaiting(waiter) {
            self.deliverIfUnattended()
            if word.wait(while: 0, until: MonotonicClock.now + DeliveryPace.interval) { return }
        }
    }

    /// Waits until all that was added is delivered, as long as something is at least once in a time.
    func waitAtExit(_ patience: UInt64) {
        self.deliverIfUnattended()
        let goal = self.state.withLock { $0.added }
        var delivered = self.delivered.load(ordering: .sequentiallyConsistent)
        var lastMove = MonotonicClock.now
        let word = WaitWord()
        while delivered < goal, MonotonicClock.now - lastMove < patience {
            word.wait(while: 0, until: MonotonicClock.now + DeliveryPace.interval)
            let now = self.delivered.load(ordering: .sequentiallyConsistent)
            if now != delivered { lastMove = MonotonicClock.now }
            delivered = now
        }
    }

    /// Suspends the task until all that was added so far is delivered, unless that would take long.
    func untilDelivered() async {
        self.deliverIfUnattended()
        await withCheckedContinuation { continuation in
            let resumption = Resumption(continuation)
            guard let waiter = self.register({ resumption.resume() }) else { return resumption.resume() }
            let watch = DeliveryWatch {
                self.isWorthWaiting(waiter)
            } onEnd: {
                resumption.resume()
            }
            do {
                try Watchdog.shared.watch(watch)
            } catch {
                resumption.resume()
            }
        }
    }

    /// Has somebody told when all that was added so far is delivered; `nil` when it is, or the delivering thread asks.
    private func register(_ wake: @escaping @Sendable () -> Void) -> DeliveryWaiter? {
        let (goal, isDeliverer) = self.state.withLock { ($0.added, $0.deliverer == Runner.threadIdentity) }
        if isDeliverer { return nil }
        let waiter = DeliveryWaiter(goal: goal, wake: wake)
        self.waiters.withLock { waiters in
            waiters.append(waiter)
            self.nextGoal.store(waiters.map(\.goal).min() ?? .max, ordering: .sequentiallyConsistent)
        }
        guard self.delivered.load(ordering: .sequentiallyConsistent) < goal else {
            self.forget(waiter)
            return nil
        }
        self.nudges.advance()
        return waiter
    }

    private func forget(_ waiter: DeliveryWaiter) {
        self.waiters.withLock { waiters in waiters.removeAll { $0 === waiter } }
    }

    /// Whether to go on waiting; whoever does not is forgotten.
    private func isWorthWaiting(_ waiter: DeliveryWaiter) -> Bool {
        let pace = DeliveryPace(
            delivered: self.delivered.load(ordering: .sequentiallyConsistent),
            mean: self.mean.load(ordering: .relaxed),
            currentStart: self.currentStart.load(ordering: .relaxed)
        )
        if !self.isBehind.load(ordering: .relaxed),
            pace.isWorthWaiting(for: waiter.goal, since: waiter.since, now: MonotonicClock.now, self.patience)
        {
            return true
        }
        if pace.delivered < waiter.goal { self.isBehind.store(true, ordering: .relaxed) }
        self.forget(waiter)
        return false
    }
}

/// Somebody who waits until so many elements are delivered.
private final class DeliveryWaiter: Sendable {
    let goal: Int

    /// When the waiting began, in nanoseconds of the monotonic clock.
    let since = MonotonicClock.now

    let wake: @Sendable () -> Void

    init(goal: Int, wake: @escaping @Sendable () -> Void) {
        self.goal = goal
        self.wake = wake
    }
}

/// Resumes a continuation, once.
private final class Resumption: Sendable {
    private let continuation: Mutex<CheckedContinuation<Void, Never>?>

    init(_ continuation: CheckedContinuation<Void, Never>) {
        self.continuation = Mutex(continuation)
    }

    func resume() {
        self.continuation.withLock { $0.take() }?.resume()
    }
}

/// Ends a wait that is no longer worth it.
private final class DeliveryWatch: Watched {
    private let isWorthWaiting: @Sendable () -> Bool
    private let onEnd: @Sendable () -> Void

    init(_ isWorthWaiting: @escaping @Sendable () -> Bool, onEnd: @escaping @Sendable () -> Void) {
        self.isWorthWaiting = isWorthWaiting
        self.onEnd = onEnd
    }

    func look(at now: UInt64) -> UInt64? {
        if self.isWorthWaiting() { return now + DeliveryPace.interval }
        self.onEnd()
        return nil
    }
}
