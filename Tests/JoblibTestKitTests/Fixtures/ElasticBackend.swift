// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Joblib
import Synchronization

/// A backend on which tests decide how many workers there are.
final class ElasticBackend: ParallelBackend {
    private let count: Atomic<Int>
    private let listeners = Mutex<[@Sendable () -> Void]>([])

    init(workers: Int) {
        self.count = Atomic(workers)
    }

    var capabilities: BackendCapabilities {
        var capabilities = BackendCapabilities()
        capabilities.isElastic = true
        return capabilities
    }

    func open(_ request: OpenRequest) -> any WorkerSession {
        self.listeners.withLock { $0.append(request.workersChanged) }
        return Session(self, inner: ThreadingBackend().open(request))
    }

    func setWorkers(_ workers: Int) {
        self.count.store(workers, ordering: .releasing)
        for listener in self.listeners.withLock({ $0 }) { listener() }
    }

    private final class Session: WorkerSession {
        let backend: ElasticBackend
        let inner: any WorkerSession

        init(_ backend: ElasticBackend, inner: any WorkerSession) {
            self.backend = backend
            self.inner = inner
        }

        var workers: Int { self.backend.count.load(ordering: .acquiring) }

        func submit(_ batch: Batch) throws { try self.inner.submit(batch) }
    }
}
