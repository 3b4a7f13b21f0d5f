// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Synchronization

/// The session of a `withPool`, for as long as its closure runs.
final class PooledSession: Sendable {
    private let opened: Mutex<(any WorkerSession)?>

    init(_ session: any WorkerSession) {
        self.opened = Mutex(session)
    }

    /// The session; `nil` once the pool is closed, so that a value that outlives its pool opens sessions of its own.
    var session: (any WorkerSession)? { self.opened.withLock { $0 } }

    func close() {
        let session = self.opened.withLock { opened in
            defer { opened = nil }
            return opened
        }
        session?.close()
    }
}
