// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCore
import JoblibPOSIX
import Synchronization

/// Threads that wait for work and are kept for the next.
final class ThreadPool: Sendable {
    static let shared = ThreadPool()

    private let state = Mutex(PoolState<PoolThread>())

    /// Has a batch run by a thread of the pool.
    ///
    /// - Parameters:
    ///   - batch: The batch.
    ///   - processor: Which of the processors to bind the thread to meanwhile; `nil`: none.
    /// - Throws: ``ParallelError`` `.resourceExhausted` when the system has no thread left to give.
    func submit(_ batch: Batch, processor: Int? = nil) throws(ParallelError) {
        let work = PoolState<PoolThread>.Work(batch: batch, processor: processor)
        switch self.state.withLock({ $0.submit(work) }) {
        case .none: return
        case .wake(let thread): thread.wake()
        case .startThread: try self.startThread(for: work)
        }
    }

    private func startThread(for work: PoolState<PoolThread>.Work) throws(ParallelError) {
        let thread = PoolThread(self)
        do {
            try PlatformThread.start(name: "joblib-thread") { thread.live() }
        } catch {
            // Another thread that is on its way may serve as well.
            if self.state.withLock({ $0.startFailed(for: work) }) { return }
            throw ParallelError(.resourceExhausted, "no thread could be started: \(error); use fewer jobs")
        }
    }

    fileprivate func didWake() {
        self.state.withLock { $0.didWake() }
    }

    fileprivate func next(for thread: PoolThread) -> PoolState<PoolThread>.Work? {
        self.state.withLock { $0.next(for: thread) }
    }

    fileprivate func mayEnd(_ thread: PoolThread) -> Bool {
        self.state.withLock { $0.mayEnd(thread) }
    }
}

/// One thread of a pool.
final class PoolThread: Sendable {
    private static let idleLimit: UInt64 = 10_000_000_000

    // About 50 µs: waking a sleeping thread on another processor costs twice that.
    private static let spins = 2000

    private let pool: ThreadPool
    private let wakes = WaitWord()

    init(_ pool: ThreadPool) {
        self.pool = pool
    }

    func wake() {
        self.wakes.advance()
    }

    func live() {
        while true {
            self.pool.didWake()
            while true {
                let seen = self.wakes.count
                guard let work = self.pool.next(for: self) else {
                    guard self.waitForWork(since: seen) else { return }
                    break
                }
                Self.run(work)
            }
        }
    }

    /// Waits until the thread is chosen; `false` when it has been idle for so long that it should end.
    private func waitForWork(since seen: UInt32) -> Bool {
        let deadline = MonotonicClock.now + Self.idleLimit
        if self.wakes.wait(while: seen, spins: Self.spins, until: deadline) { return true }
        if self.pool.mayEnd(self) { return false }
        // Chosen between the end of the wait and leaving the list: the call is near.
        self.wakes.wait(while: seen)
        return true
    }

    private static func run(_ work: PoolState<PoolThread>.Work) {
        guard let processor = work.processor else { return work.batch.run() }
        PlatformThread.pinned(to: processor) { work.batch.run() }
    }
}
