// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import Joblib

/// How many threads the worker's libraries are to have.
struct InnerThreads: PortableTask {
    var index: Int

    func run() -> String { getenv("OMP_NUM_THREADS").map { String(cString: $0) } ?? "nothing" }
}

/// Says it for calls of one, two and four workers, and for one that says itself how many; with a value of this process's own or without.
func showInnerThreads(_ value: String?) throws {
    if let value { setenv("OMP_NUM_THREADS", value, 1) } else { unsetenv("OMP_NUM_THREADS") }
    func show(_ call: Parallel) throws {
        let values = try call((0..<4).map { Delayed(InnerThreads(index: $0)) })
        print(Set(values).sorted().joined(separator: ", "))
    }
    for nJobs in [1, 2, 4] { try show(Parallel(nJobs: nJobs, backend: .loky)) }
    try show(Parallel(nJobs: 2, backend: .loky, innerMaxNumThreads: 3))
}
