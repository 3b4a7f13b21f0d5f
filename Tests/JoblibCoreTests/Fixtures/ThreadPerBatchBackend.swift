// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCore
import JoblibPOSIX

/// Starts a thread for each batch: the simplest thing that is a backend.
struct ThreadPerBatchBackend: ParallelBackend {
    func open(_ request: OpenRequest) -> any WorkerSession { ThreadPerBatchSession() }
}

private final class ThreadPerBatchSession: WorkerSession {
    func submit(_ batch: Batch) throws {
        try PlatformThread.start(name: "test-worker") { batch.run() }
    }
}
