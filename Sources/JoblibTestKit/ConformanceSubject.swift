// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCore

/// The backend that a case is about.
struct ConformanceSubject: Sendable {
    let name: String
    let capabilities: BackendCapabilities

    /// Makes the backend anew, to be wrapped in a fake.
    let makeBackend: @Sendable () throws -> any ParallelBackend

    var selection: BackendSelection { .named(self.name) }

    /// How many tasks run at once for an `nJobs`.
    func workers(_ nJobs: Int) -> Int { self.capabilities.hasWorkers ? nJobs : 1 }

    /// How often a case does a thing that it does so many times with threads.
    ///
    /// A process for each worker of each call takes milliseconds, more in a parent with much memory.
    func repetitions(_ count: Int) -> Int {
        self.capabilities.reach == .sameMemory ? count : max(2, count / 8)
    }

    func parallel(
        _ nJobs: Int = 2,
        progress: ProgressDisplay? = nil,
        timeout: Duration? = nil,
        preDispatch: PreDispatch = "2*n_jobs",
        batchSize: BatchSize = .auto,
        seed: UInt64? = nil,
        retries: Int = 0
    ) -> Parallel {
        Parallel(
            nJobs: nJobs,
            backend: self.selection,
            progress: progress,
            timeout: timeout,
            preDispatch: preDispatch,
            batchSize: batchSize,
            seed: seed,
            retries: retries
        )
    }

    /// Makes a loop on another backend, such as a fake around this one.
    func parallel(on backend: any ParallelBackend, _ nJobs: Int = 2, timeout: Duration? = nil) -> Parallel {
        Parallel(nJobs: nJobs, backend: .instance(backend), timeout: timeout)
    }
}
