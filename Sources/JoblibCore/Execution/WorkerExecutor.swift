// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Synchronization

/// Runs the jobs of asynchronous tasks on a backend's workers, at most so many at once.
///
/// The cooperative pool is left alone, so that a loop of asynchronous bodies that compute never keeps a `Task` waiting.
final class WorkerExecutor: TaskExecutor, BatchWork {
    private struct State {
        var jobs = Queue<UnownedJob>()
        var drains = 0
    }

    let session: any WorkerSession
    private let limit: Int
    private let state = Mutex(State())

    init(_ session: any WorkerSession, limit: Int) {
        self.session = session
        self.limit = limit
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let mustCall = self.state.withLock { state in
            state.jobs.push(job)
            guard state.drains < self.limit else { return false }
            state.drains += 1
            return true
        }
        guard mustCall else { return }
        do {
            try self.session.submit(Batch(self))
        } catch {
            // The other drains do the job. If there is none it runs here: a job that is never run is a task that never ends.
            let isLast = self.state.withLock { state in
                guard state.drains == 1 else {
                    state.drains -= 1
                    return false
                }
                return true
            }
            if isLast { self.runAsBatch() }
        }
    }

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
