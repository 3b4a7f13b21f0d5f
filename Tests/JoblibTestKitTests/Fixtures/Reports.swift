// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Joblib
import Synchronization
import Testing

/// The faults that loops report.
final class Reports: Sendable {
    private let errors = Mutex<[ParallelError]>([])

    var all: [ParallelError] { self.errors.withLock { $0 } }

    var observer: ProgressDisplay {
        .observer { event in
            guard event.kind == .backendFault, let error = event.error else { return }
            self.errors.withLock { $0.append(error) }
        }
    }

    /// Suspends until there is a report.
    func wait() async throws {
        let start = ContinuousClock.now
        while self.all.isEmpty {
            try #require(ContinuousClock.now - start < .seconds(20), "no fault was reported")
            await Task.yield()
        }
    }
}
