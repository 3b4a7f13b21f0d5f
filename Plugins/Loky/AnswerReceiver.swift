// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibPOSIX
import JoblibWorkers
import Synchronization

/// The thread that takes in what workers answer while no caller does so itself.
///
/// It sleeps on the bell that all workers ring. While a caller asks for answers it stays out of the way: two threads that look for
/// the same have twice the cost, and a worker would have to wake this one. Since it is awake now and then while a worker is at
/// work, and only then, it also looks whether a signal has stopped one.
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

    /// Starts the thread.
    ///
    /// - Throws: `SystemError` when the system has none left to give.
    init(_ bell: SharedMemoryFile) throws(SystemError) {
        self.bell = WaitWord(in: bell, at: 0)
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
    func attend() { self.attendants.wrappingAdd(1, ordering: .sequentiallyConsistent) }

    /// It has ceased to.
    ///
    /// - Parameter isWaiting: Whether answers wait for this thread now.
    func unattend(isWaiting: Bool) {
        self.attendants.wrappingSubtract(1, ordering: .sequentiallyConsistent)
        if isWaiting { self.work.advance() }
    }

    private func run() -> Never {
        var lastWork = MonotonicClock.now
        var nextLook = lastWork
        while true {
            let (seen, rung) = (self.work.count, self.bell.count)
            let busy = self.workers.withLock { $0 }.filter { $0.link.batchCount > 0 }
            let now = MonotonicClock.now
            if !busy.isEmpty { lastWork = now }
            if !busy.isEmpty, now >= nextLook {
                nextLook = now + Standstill.interval
                for worker in busy { worker.endIfStopped(now: now) }
            }
            let isUneven = self.sessions.withLock { $0 }.reduce(false) { $1.spread(now: now) || $0 }
            if busy.isEmpty, now - lastWork >= Self.warmTime {
                self.isParked.store(true, ordering: .sequentiallyConsistent)
                atomicMemoryFence(ordering: .sequentiallyConsistent)
                if self.workers.withLock({ $0 }).allSatisfy({ $0.link.batchCount == 0 }) { self.work.wait(while: seen) }
                self.isParked.store(false, ordering: .sequentiallyConsistent)
                lastWork = MonotonicClock.now
            } else if busy.isEmpty {
                self.work.wait(while: seen, until: now + Self.nap)
            } else if self.attendants.load(ordering: .sequentiallyConsistent) > 0 {
                // Of other calls than those that ask, too, whose callers may be asleep.
                for worker in busy { worker.link.receive() }
                self.work.wait(while: seen, until: now + Self.nap)
            } else if !busy.reduce(false, { $1.link.receive() || $0 }) {
                self.bell.wait(while: rung, spins: 100, until: now + (isUneven ? Self.nap : Self.longestSleep))
            }
        }
    }
}
