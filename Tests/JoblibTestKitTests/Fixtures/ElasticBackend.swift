// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Joblib
import Synchronization

/// A backend on which tests decide how many workers there are.
final class ElasticBackend: ParallelBackend {
    private let count: Atomic<Int>
    private let requests = Mutex<[OpenRequest]>([])

    private let afterOpening: @Sendable (ElasticBackend) -> Void

    init(workers: Int, afterOpening: @escaping @Sendable (ElasticBackend) -> Void = { _ in }) {
        self.count = Atomic(workers)
        self.afterOpening = afterOpening
    }

    var capabilities: BackendCapabilities {
        var capabilities = BackendCapabilities()
        capabilities.isElastic = true
        return capabilities
    }

    func open(_ request: OpenRequest) -> any WorkerSession {
        self.requests.withLock { $0.append(request) }
        return Session(self, inner: ThreadingBackend().open(request))
    }

    func setWorkers(_ workers: Int) {
        self.count.store(workers, ordering: .releasing)
        for request in self.requests.withLock({ $0 }) { request.workersChanged() }
    }

    /// Tells all sessions what has become of a host.
    func tell(_ event: HostEvent) {
        for request in self.requests.withLock({ $0 }) { request.hostsChanged(event) }
    }

    private final class Session: WorkerSession {
        let backend: ElasticBackend
        let inner: any WorkerSession

        init(_ backend: ElasticBackend, inner: any WorkerSession) {
            self.backend = backend
            self.inner = inner
        }

        // The first to ask is the one who has opened the session.
        let wasAsked = Atomic<Bool>(false)

        var workers: Int {
            let count = self.backend.count.load(ordering: .acquiring)
            if !self.wasAsked.exchange(true, ordering: .relaxed) { self.backend.afterOpening(self.backend) }
            return count
        }

        func submit(_ batch: Batch) throws { try self.inner.submit(batch) }
    }
}
