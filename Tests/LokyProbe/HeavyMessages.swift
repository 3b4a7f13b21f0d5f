// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import Joblib

/// Has an array that is sent to it alone.
struct Heavy: PortableTask {
    var values: [Double]
    func run() -> Double { self.values[0] }
}

/// Sends large messages where none may be shared, with a bound on the memory that they may take on their way.
func sendCopies() throws {
    var limit = rlimit(rlim_cur: 3 << 30, rlim_max: 3 << 30)
    setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
    let array = [Double](repeating: 1, count: 2 << 20)
    let call = Parallel(nJobs: 2, backend: .loky, maxNBytes: .unlimited)
    for _ in 0..<4 {
        guard try call((0..<8).map { _ in Delayed(Heavy(values: array)) }).reduce(0, +) == 8 else {
            fail("a wrong sum")
        }
    }
    print("32 copies")
}
