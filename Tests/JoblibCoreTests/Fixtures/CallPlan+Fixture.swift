// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

@testable import JoblibCore

extension CallPlan {
    /// A plan with nothing unusual in it but what a test names.
    static func fixture(
        backend: any ParallelBackend = ThreadPerBatchBackend(),
        workers: Int = 2,
        batchSize: Int? = nil,
        window: Int? = nil,
        timeout: Duration? = nil,
        seed: UInt64? = nil,
        report: CallReport? = nil,
        enclosing: EnclosingTask? = nil,
        stopScopes: [StopScope] = []
    ) -> CallPlan {
        CallPlan(
            id: .next(),
            CallSettings(
                backend: backend,
                capabilities: backend.capabilities,
                config: ParallelConfig(seed: seed),
                workers: workers,
                requestedJobs: workers,
                batchSize: batchSize,
                window: window,
                timeout: timeout,
                retries: 0,
                lendsMemory: false
            ),
            pool: nil,
            report: report,
            scope: ConfigScope(ParallelConfig()),
            enclosing: enclosing,
            stopScopes: stopScopes
        )
    }
}

extension CallReport {
    static func fixture(
        observer: EventDelivery<ParallelEvent>? = nil,
        bar: ProgressBar.Mode? = nil
    ) -> CallReport {
        CallReport(
            call: .next(),
            enclosingCall: nil,
            workers: 2,
            observer: observer,
            lines: nil,
            bar: bar,
            label: "[Parallel(n_jobs=2)]"
        )
    }
}
