// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCore
import JoblibPOSIX
import Synchronization

/// One thread of a pool.
final class PoolThread: Sendable {
    private static let idleLimit: UInt64 = 10_000_000_000

    // About 50 µs: waking a sleeping thread on another processor costs twice that.
    private static let spins = 2000

    private let pool: ThreadPool
    private let wakes = WaitWord()

    /// The processor of whoever woke the thread last.
    // Relaxed: published by the waking, read after it.
    private let wakersProcessor = Atomic<Int>(-1)

    init(_ pool: ThreadPool) {
        self.pool = pool
    }

    func wake() {
        self.wakersProcessor.store(PlatformThread.currentProcessor, ordering: .relaxed)
        self.wakes.advance()
    }

    func live() {
        var displaced: DisplacedThread?
        var spins = true
        while true {
            var hasWoken = true
            while true {
                let seen = self.wakes.count
                guard let work = self.pool.next(for: self, hasWoken: hasWoken) else {
                    guard self.waitForWork(since: seen, spins: spins, &displaced) else { return }
                    // On its waker's processor the thread keeps the very loop from going on that it is to help. If it has
                    // nothing to do by now it sleeps at once.
                    spins = PlatformThread.currentProcessor != self.wakersProcessor.load(ordering: .relaxed)
                    break
                }
                hasWoken = false
                displaced = nil
                spins = true
                Self.run(work)
            }
        }
    }

    /// Waits until the thread is chosen; `false` when it has been idle for so long that it should end.
    private func waitForWork(since seen: UInt32, spins: Bool, _ displaced: inout DisplacedThread?) -> Bool {
        if spins, self.wakes.wait(while: seen, spins: Self.spins, until: 0) { return true }
        let processor = self.wakersProcessor.load(ordering: .relaxed)
        if displaced?.processor != processor {
            // First, since it gives back what it took.
            displaced = nil
            displaced = DisplacedThread(keepingOff: processor)
        }
        if self.wakes.wait(while: seen, until: MonotonicClock.now + Self.idleLimit) { return true }
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
