// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX
import Synchronization

/// Hands elements to a closure one at a time and in order, outside of every lock, on a thread that runs no task.
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

    private struct Progress {
        var pace = DeliveryPace()
        var waiters: [DeliveryWaiter] = []

        /// Notes that an element was delivered, and returns those who have waited for it.
        mutating func end(at now: UInt64) -> [DeliveryWaiter] {
            self.pace.end(at: now)
            guard !self.waiters.isEmpty else { return [] }
            let reached = self.waiters.filter { $0.goal <= self.pace.delivered }
            self.waiters.removeAll { $0.goal <= self.pace.delivered }
            return reached
        }
    }

    private let receive: @Sendable (Element) -> Void
    private let state = Mutex(State())
    private let progress = Mutex(Progress())

    init(_ receive: @escaping @Sendable (Element) -> Void) {
        self.receive = receive
    }

    func add(_ element: Element) {
        self.add(CollectionOfOne(element))
    }

    func add(_ elements: some Collection<Element>) {
        let mustAttend = self.state.withLock { state in
            state.pending.append(contentsOf: elements)
            state.added += elements.count
            defer { state.isAttended = true }
            return !state.isAttended
        }
        if mustAttend { SpareThreads.shared.run { self.deliver() } }
    }

    private func deliver() {
        while let elements = self.takePending() {
            for element in elements {
                self.progress.withLock { $0.pace.begin(at: MonotonicClock.now) }
                self.receive(element)
                for waiter in self.progress.withLock({ $0.end(at: MonotonicClock.now) }) { waiter.wake() }
            }
        }
    }

    private func takePending() -> [Element]? {
        self.state.withLock { state in
            guard !state.pending.isEmpty else {
                state.isAttended = false
                state.deliverer = 0
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
        let word = WaitWord()
        guard let waiter = self.register({ word.advance() }) else { return }
        while !word.wait(while: 0, until: MonotonicClock.now + DeliveryPace.interval) {
            if !self.isWorthWaiting(waiter) { return }
        }
    }

    /// Suspends the task until all that was added so far is delivered, unless that would take long.
    func delivered() async {
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
        let waiter = DeliveryWaiter(goal: goal, since: MonotonicClock.now, wake: wake)
        let isReached = self.progress.withLock { progress in
            if progress.pace.delivered < goal { progress.waiters.append(waiter) }
            return progress.pace.delivered >= goal
        }
        return isReached ? nil : waiter
    }

    private func isWorthWaiting(_ waiter: DeliveryWaiter) -> Bool {
        let now = MonotonicClock.now
        return self.progress.withLock { $0.pace.isWorthWaiting(for: waiter.goal, since: waiter.since, now: now) }
    }
}

/// Somebody who waits until so many elements are delivered.
struct DeliveryWaiter: Sendable {
    let goal: Int
    /// When the waiting began, in nanoseconds of the monotonic clock.
    let since: UInt64

    let wake: @Sendable () -> Void
}

/// How fast an observer is, and whether it is worth waiting for; times in nanoseconds.
struct DeliveryPace: Sendable {
    /// How often whoever waits asks again.
    static let interval: UInt64 = 10_000_000

    /// What an observer may still need that is waited for: one that keeps up needs far less.
    private static let patience: UInt64 = 200_000_000

    /// For how long at most, whatever is expected.
    private static let limit: UInt64 = 1_000_000_000

    private(set) var delivered = 0
    private var spent: UInt64 = 0
    private var currentStart: UInt64?

    mutating func begin(at now: UInt64) {
        self.currentStart = now
    }

    mutating func end(at now: UInt64) {
        if let start = self.currentStart { self.spent += now - start }
        self.currentStart = nil
        self.delivered += 1
    }

    func isWorthWaiting(for goal: Int, since start: UInt64, now: UInt64) -> Bool {
        guard self.delivered < goal else { return false }
        let current = self.currentStart.map { now - min($0, now) } ?? 0
        let mean = self.delivered > 0 ? self.spent / UInt64(self.delivered) : current
        let (rest, overflow) = mean.multipliedReportingOverflow(by: UInt64(goal - self.delivered - 1))
        return !overflow && current < Self.patience && rest < Self.patience && now - start < Self.limit
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
