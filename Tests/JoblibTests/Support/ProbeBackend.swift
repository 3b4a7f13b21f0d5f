// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Joblib

/// A backend that notes what it is asked for, and runs batches on threads.
final class ProbeBackend: ParallelBackend {
    let displayName = "ProbeBackend"
    let capabilities: BackendCapabilities

    /// How many workers each session was opened for.
    let opened = Recorder<Int>()

    /// One note for each session that was closed.
    let closed = Tally()

    init(_ configure: (inout BackendCapabilities) -> Void = { _ in }) {
        var capabilities = BackendCapabilities()
        configure(&capabilities)
        self.capabilities = capabilities
    }

    /// A backend whose workers would see bytes only.
    static func elsewhere() -> ProbeBackend {
        ProbeBackend { $0.reach = .elsewhere }
    }

    func open(_ request: OpenRequest) throws -> any WorkerSession {
        self.opened.note(request.workers)
        return Session(inner: ThreadingBackend().open(request), closed: self.closed)
    }

    private final class Session: WorkerSession {
        let inner: any WorkerSession
        let closed: Tally

        init(inner: any WorkerSession, closed: Tally) {
            self.inner = inner
            self.closed = closed
        }

        func submit(_ batch: Batch) throws { try self.inner.submit(batch) }

        func close() { self.closed.add() }
    }
}

/// Registers a backend under a name that no other test uses, and returns the name.
func registerUnderFreshName(_ backend: some ParallelBackend) -> String {
    let name = "probe-\(freshNames.add())"
    registerParallelBackend(name) { _ in backend }
    return name
}

private let freshNames = Tally()
