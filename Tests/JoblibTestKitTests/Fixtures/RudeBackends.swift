// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import Joblib

/// A backend that opens a file for each session, and never closes it.
struct LeakingBackend: ParallelBackend {
    func open(_ request: OpenRequest) -> any WorkerSession {
        _ = Glibc.open("/dev/null", O_RDONLY)
        return ThreadingBackend().open(request)
    }
}

/// A backend that talks.
struct PrintingBackend: ParallelBackend {
    func open(_ request: OpenRequest) -> any WorkerSession {
        print("opening")
        return ThreadingBackend().open(request)
    }
}
