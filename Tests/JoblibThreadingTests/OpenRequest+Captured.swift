// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCore
import Synchronization
import Testing

extension OpenRequest {
    /// A request as a loop makes it; only the core can.
    static func captured() throws -> OpenRequest {
        let backend = CapturingBackend()
        _ = try? Parallel(nJobs: 2, backend: .instance(backend)).map(0..<2) { $0 }
        return try #require(backend.requests.seen.withLock { $0.first })
    }
}

private struct CapturingBackend: ParallelBackend {
    final class Requests: Sendable {
        let seen = Mutex<[OpenRequest]>([])
    }

    let requests = Requests()

    func open(_ request: OpenRequest) throws -> any WorkerSession {
        self.requests.seen.withLock { $0.append(request) }
        throw ParallelError(.noWorkers, "nobody is here")
    }
}
