// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCore
import JoblibPOSIX
import Synchronization

/// Threads that wait for work and are kept for the next.
///
/// Each submission is handed to one idle thread, the one that has been idle for the shortest time, which most likely
/// still spins; without one a thread is started. No queue: the core submits no more than may run at once.
final class ThreadPool: Sendable {
    static let shared = ThreadPool()

    private let idle = Mutex<[PoolThread]>([])

    /// Runs a closure on a thread of the pool.
    ///
    /// - Throws: ``ParallelError`` `.resourceExhausted` when the system has no thread left to give.
    func submit(_ work: @escaping @Sendable () -> Void) throws(ParallelError) {
        if let thread = self.idle.withLock({ $0.popLast() }) { return thread.run(work) }
        let thread = PoolThread(self)
        do {
            try PlatformThread.start(name: "joblib-thread") { thread.live(first: work) }
        } catch {
            throw ParallelError(.resourceExhausted, "no thread could be started: \(error); use fewer jobs")
        }
    }

    func becameIdle(_ thread: PoolThread) {
        self.idle.withLock { $0.append(thread) }
    }

    /// Takes a thread that wants to end off the list; `false` when it has been given work in the meantime.
    func mayEnd(_ thread: PoolThread) -> Bool {
        self.idle.withLock { idle in
            guard let index = idle.firstIndex(where: { $0 === thread }) else { return false }
            idle.remove(at: index)
            return true
        }
    }
}

/// One thread of a pool, and the letterbox through which it gets its next piece of work.
final class PoolThread: Sendable {
    private static let idleLimit: UInt64 = 10_000_000_000

    // About 50 µs: waking a sleeping thread on another processor costs twice that.
    private static let spins = 2000

    private let pool: ThreadPool
    private let letterbox = Mutex<(@Sendable () -> Void)?>(nil)
    private let arrival = WaitWord()

    init(_ pool: ThreadPool) {
        self.pool = pool
    }

    func run(_ work: @escaping @Sendable () -> Void) {
        self.letterbox.withLock { $0 = work }
        self.arrival.advance()
    }

    func live(first: @escaping @Sendable () -> Void) {
        first()
        while true {
            let seen = self.arrival.count
            self.pool.becameIdle(self)
            let deadline = MonotonicClock.now + Self.idleLimit
            if !self.arrival.wait(while: seen, spins: Self.spins, until: deadline), self.pool.mayEnd(self) { return }
            // Between the end of the wait and leaving the list the thread may have been chosen: then its work is near.
            self.arrival.wait(while: seen)
            let work = self.letterbox.withLock { letterbox in
                defer { letterbox = nil }
                return letterbox
            }
            work?()
        }
    }
}
