// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import ContenderProtocol
import Joblib

/// A work as we do it, whatever the backend.
struct OurWork: Sendable {
    let name: String

    /// What sets it apart from the other ways to do the same work.
    var variant = ""

    /// Whether it is only for workers that see the caller's memory: since it changes that, or since a process takes a thousand times as
    /// long as what is measured.
    var needsSharedMemory = false

    /// Whether the sequential backend does it too: not where that takes seconds, or is compared anyway.
    var hasReference = true

    /// Gets ready on the backend of a name.
    let preparation: @Sendable (_ backend: String) -> Contender.Preparation
}

extension Contender.Setup {
    /// A call on a backend with this many workers.
    func call(
        _ backend: String,
        preDispatch: PreDispatch = "2*n_jobs",
        batchSize: BatchSize = .auto
    ) -> Parallel {
        Parallel(nJobs: self.workers, backend: .named(backend), preDispatch: preDispatch, batchSize: batchSize)
    }
}
