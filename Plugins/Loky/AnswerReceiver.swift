// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibPOSIX
import JoblibWorkers
import Synchronization

/// The thread that takes in what workers answer while no caller does so itself.
///
/// Values are decoded on it, which is the user's code and may take any time: another thread takes its place then.
///
/// It sleeps on the bell that all workers ring. While a caller asks for answers it stays out of the way: two threads that look for
/// the same have twice the cost, and a worker would have to wake this one.
final class AnswerReceiver: Sendable {
    /// How long it stays at hand after the last answer, and how long it sleeps meanwhile, in nanoseconds: so that short calls in a
    /// row need not wake it, each at the price of several such calls.
    private static let warmTime: UInt64 = 100_000_000
    private static let nap: UInt64 = 1_000_000

    /// For how long it trusts that a worker rings, in nanoseconds: one that is out of its mind may not.
    private static let longestSleep: UInt64 = 100_000_000

    private let bell: WaitWord
    private let workers = Mutex<[LokyWorker]>([])
    private let sessions = Mutex<[LokySession]>([])

    /// Moves when it has to look.
    private let work = WaitWord()

    // All sequentially consistent: whoever hands work in looks whether it is parked, and it looks for work after it has said that it
    // is.
    private let isParked = Atomic<Bool>(false)
    private let attendants = Atomic<Int>(0)

    // Relaxed: it decides how the thread waits, and a wrong wait ends after a nap.
    /// Whether a caller has taken answers in since it was looked last.
    private let wasAttended = Atomic<Bool>(false)

    /// Since when the thread takes answers in, in nanoseconds of the monotonic clock; 0 when it does not.
    ///
    /// Whoever clears it goes on as the thread: it itself most often, or another that does so in its place. Acquiring and releasing.
    private let takesInSince = Atomic<UInt64>(0)

    /// Whether the system had no thread to take its place; relaxed, for the watch alone.
    private let isVacant = Atomic<Bool>(false)

    /// For how long it may take answers in before another takes its place, in nanoseconds.
    private static let longestTakingIn: UInt64 = 200_000_000

    /// Starts the thread.
    ///
    /// - Throws: `SystemError` when the system has none left to give.
    init(_ bell: WaitWord) throws(SystemError) {
        self.bell = bell
        try PlatformThread.start(name: "joblib-answers") { self.run() }
    }

    func add(_ worker: LokyWorker) { self.workers.withLock { $0.append(worker) } }

    func remove(_ worker: LokyWorker) { self.workers.withLock { $0.removeAll { $0 === worker } } }

    /// Has it look now and then whether a session's work is spread.
    func add(_ session: LokySession) { self.sessions.withLock { $0.append(session) } }

    func remove(_ session: LokySession) { self.sessions.withLock { $0.removeAll { $0 === session } } }

    /// How often workers have said something.
    var rung: UInt32 { self.bell.count }

    /// A worker was handed a batch.
    func noteWork() {
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        if self.isParked.load(ordering: .sequentiallyConsistent) { self.work.advance() }
    }

    /// A caller takes answers in itself.
    func attend() {
        self.attendants.wrappingAdd(1, ordering: .sequentiallyConsistent)
        if !self.wasAttended.load(ordering: .relaxed) { self.wasAttended.store(true, ordering: .relaxed) }
    }

    /// It has ceased to.
    ///
    /// - Parameter isWaiting: Whether answers wait for this thread now.
    func unattend(isWaiting: Bool) {
        self.attendants.wrappingSubtract(1, ordering: .sequentiallyConsistent)
        if isWaiting { self.work.advance() }
    }

    /// Has another thread take its place if one has been at the same answers for long; called now and then while there is work.
    ///
    /// - Parameter now: Nanoseconds of the monotonic clock.
    func relieve(now: UInt64) {
        let since = self.takesInSince.load(ordering: .relaxed)
        if since != 0, now - min(now, since) >= Self.longestTakingIn {
            // It has just come back otherwise, and goes on itself.
            guard self.endTakingIn(since) else { return }
            self.isVacant.store(true, ordering: .relaxed)
        }
        guard self.isVacant.load(ordering: .relaxed) else { return }
        let isStarted = (try? PlatformThread.start(name: "joblib-answers") { self.run() }) != nil
        if isStarted { self.isVacant.store(false, ordering: .relaxed) }
    }

    private func endTakingIn(_ since: UInt64) -> Bool {
        self.takesInSince.compareExchange(expected: since, desired: 0, ordering: .acquiringAndReleasing).exchanged
    }

    /// Takes in what workers have said.
    ///
    /// - Returns: Whether there was anything; `nil` when another thread goes on in place of this one.
    private func takeIn(_ workers: [LokyWorker], now: UInt64) -> Bool? {
        self.takesInSince.store(now, ordering: .releasing)
        let isAnything = workers.reduce(false) { $1.link.receive() || $0 }
        return self.endTakingIn(now) ? isAnything : nil
    }

    private func run() {
        var lastWork = MonotonicClock.now
        var pace = GatheringPace()
        var hasNapped = false
        while true {
            let (seen, rung) = (self.work.count, self.bell.count)
            let busy = self.workers.withLock { $0 }.filter { $0.link.batchCount > 0 }
            let now = MonotonicClock.now
            if !busy.isEmpty { lastWork = now }
            let isUneven = self.sessions.withLock { $0 }.reduce(false) { $1.spread(now: now) || $0 }
            if busy.isEmpty, now - lastWork >= Self.warmTime {
                self.isParked.store(true, ordering: .sequentiallyConsistent)
                atomicMemoryFence(ordering: .sequentiallyConsistent)
                if self.workers.withLock({ $0 }).allSatisfy({ $0.link.batchCount == 0 }) { self.work.wait(while: seen) }
                self.isParked.store(false, ordering: .sequentiallyConsistent)
                lastWork = MonotonicClock.now
            } else if busy.isEmpty, self.wasAttended.exchange(false, ordering: .relaxed) {
                // The next call of those that follow each other takes in its answers itself, and no worker has to wake this thread.
                self.work.wait(while: seen, until: now + Self.nap)
            } else if busy.isEmpty {
                // What is handed in next nobody else waits for, as where a host runs the tasks of another.
                self.bell.wait(while: rung, until: now + Self.nap)
            } else {
                let isAttended = self.attendants.load(ordering: .sequentiallyConsistent) > 0
                // Of other calls than those that ask, too, whose callers may be asleep.
                guard let isAnything = self.takeIn(busy, now: now) else { return }
                // Where a host runs the tasks of another, workers have many.
                let least = busy.reduce(.max) { min($0, $1.link.batchCount) }
                if hasNapped { pace.note(isAnything: isAnything, rest: least) }
                let gathering = isAttended ? nil : pace.nap(of: least, workers: 1)
                hasNapped = gathering != nil
                if isAttended {
                    self.work.wait(while: seen, until: now + Self.nap)
                } else if let gathering {
                    self.work.wait(while: seen, until: MonotonicClock.now + gathering)
                } else if !isAnything {
                    self.bell.wait(while: rung, spins: 100, until: now + (isUneven ? Self.nap : Self.longestSleep))
                }
            }
        }
    }
}
