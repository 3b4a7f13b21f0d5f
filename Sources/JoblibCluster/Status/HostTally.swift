// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCore
import Synchronization

/// How many tasks of a host have ended, since it was started.
package struct HostCounts: Equatable, Sendable {
    /// Those that have returned.
    package var done: UInt64 = 0

    /// Those that have thrown, run out of time, or ended their worker.
    package var failed: UInt64 = 0

    package init(done: UInt64 = 0, failed: UInt64 = 0) {
        self.done = done
        self.failed = failed
    }
}

/// Counts the tasks of a host, whichever coordinator they are of.
package final class HostTally: Sendable {
    private let state = Mutex(HostCounts())

    package init() {}

    package var counts: HostCounts { self.state.withLock { $0 } }

    /// Takes note of an answer of a worker, which is not decoded.
    func note(answer: [UInt8]) {
        let tally = PortableWorker.tally(of: answer)
        self.state.withLock { counts in
            counts.done &+= UInt64(tally.succeeded)
            counts.failed &+= UInt64(tally.failed)
        }
    }

    /// Takes note of what has come of a batch.
    func note(end message: HostMessage) {
        // A task that has run out of time was told of before its worker ended.
        guard case .failed(_, .died(let notice)) = message, !notice.hasTimedOut else { return }
        self.state.withLock { $0.failed &+= 1 }
    }
}
