// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

// The smallest program with a parallel loop: the core and threads, without the facade. The linkage tests look at what
// it is linked with and at what it says; `--unregistered` leaves out the call that the facade would make.

import JoblibCore
import JoblibThreading

if !CommandLine.arguments.contains("--unregistered") { registerThreadingBackend() }

do {
    let squares = try Parallel(nJobs: 2, backend: .threading).map(0..<10) { $0 * $0 }
    print(squares.reduce(0, +))
} catch {
    print(error)
}
