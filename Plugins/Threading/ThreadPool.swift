// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCore
import JoblibPOSIX
import Synchronization

/// Threads that wait for work and are kept for the next.
final class ThreadPool: Sendable {
    /// The one of this process: a forked child has none of its parent's threads.
    static var shared: ThreadPool { self.perProcess.object }

    private static let perProcess = PerProcess { ThreadPool() }

    private let state = Mutex(PoolState<PoolThread>())
    private let workIDs = Atomic<UInt64>(0)

    /// Has a batch run by a thread of the pool.
    ///
    /// - Parameters:
    ///   - batch: The batch.
    ///   - processor: Which of the processors to bind the thread to meanwhile; `nil`: none.
    /// - Throws: ``ParallelError`` `.resourceExhausted` when the system has no thread left to give.
    func submit(_ batch: Batch, processor: Int? = nil) throws(ParallelError) {
        let work = PoolState<PoolThread>
            .Work(
                batch: batch,
                processor: processor,
                id: self.workIDs.wrappingAdd(1, ordering: .relaxed).newValue
            )
        let submission = self.state.withLockSpinning { state in state.submit(work) }
        switch submission.action {
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
            if self.state.withLockSpinning({ $0.startFailed(for: work) }) { return }
            throw ParallelError(.resourceExhausted, "no thread could be started: \(error); use fewer jobs")
        }
    }

    func next(for thread: PoolThread, hasWoken: Bool) -> PoolState<PoolThread>.Work? {
        self.state.withLockSpinning { $0.next(for: thread, hasWoken: hasWoken) }.work
    }

    func mayEnd(_ thread: PoolThread) -> Bool {
        self.state.withLockSpinning { $0.mayEnd(thread) }
    }
}
