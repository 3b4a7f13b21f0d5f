// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Synchronization

/// The session of a `withPool`, for as long as its closure runs.
final class PooledSession: Sendable {
    private let pooled: Mutex<OpenedSession?>

    /// Makes a pool of a session that it closes itself, not the calls on it.
    init(_ opened: OpenedSession) {
        self.pooled = Mutex(OpenedSession(session: opened.session, isOwned: false, listeners: opened.listeners))
    }

    /// The session; `nil` once the pool is closed, so that a value that outlives its pool opens sessions of its own.
    var opened: OpenedSession? { self.pooled.withLock { $0 } }

    /// Lends the session no longer, and returns it.
    func retire() -> (any WorkerSession)? {
        self.pooled.withLock { pooled in
            defer { pooled = nil }
            return pooled?.session
        }
    }

    func close() {
        self.retire()?.close()
    }
}
