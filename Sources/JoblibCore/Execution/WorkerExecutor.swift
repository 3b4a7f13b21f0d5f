// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX
import Synchronization

/// Runs the jobs of asynchronous tasks on a backend's workers, at most so many at once.
///
/// The cooperative pool is left alone, so that a loop of asynchronous bodies that compute never keeps a `Task` waiting.
final class WorkerExecutor: TaskExecutor, BatchWork {
    private struct State {
        var jobs = Queue<UnownedJob>()
        var drains = 0
        var isOver = false
    }

    let call: OpenCall
    private let limit: Int
    private let state = Mutex(State())

    /// Called when the backend will not run a batch and nobody else is left, so that no body begins after it.
    private let onFault: @Sendable (ParallelError) -> Void

    init(_ call: OpenCall, limit: Int, onFault: @escaping @Sendable (ParallelError) -> Void) {
        self.call = call
        self.limit = limit
        self.onFault = onFault
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let workers = self.call.workers
        let mustCall = self.state.withLock { state in
            state.jobs.push(job)
            guard state.drains < min(self.limit, max(1, workers)) else { return false }
            state.drains += 1
            return true
        }
        guard mustCall else { return }
        guard workers > 0 else { return self.doWithout(self.call.hasNoWorkers) }
        do {
            try self.call.submit(self)
        } catch {
            self.doWithout(error)
        }
    }

    /// Does without a worker that will not come.
    private func doWithout(_ error: ParallelError) {
        // The other drains do the jobs. If there is none a thread of ours does: a job never run is a task that never ends.
        let isLast = self.state.withLock { state in
            guard state.drains == 1 else {
                state.drains -= 1
                return false
            }
            return true
        }
        guard isLast else { return }
        // Never here: the runtime enqueues with locks held that a job may destroy.
        PlatformThread.startOrRun(name: "joblib-fault") {
            self.onFault(error)
            self.runAsBatch()
        }
    }

    func batchFailed(_ error: ParallelError) {
        self.doWithout(error)
    }

    /// Says that no job will come any more.
    func close() {
        self.state.withLock { $0.isOver = true }
    }

    var isObsolete: Bool { self.state.withLock { $0.isOver } }

    func runAsBatch() {
        while true {
            let job = self.state.withLock { state in
                let job = state.jobs.pop()
                if job == nil { state.drains -= 1 }
                return job
            }
            guard let job else { return }
            Runner.outsideOfTasks { unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
        }
    }
}
