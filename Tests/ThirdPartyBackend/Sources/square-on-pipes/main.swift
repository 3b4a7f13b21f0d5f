// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import CXXGlobals
import Joblib
import PipeBackend

/// A task whose code is in this program, which its workers are as well.
struct Square: PortableTask {
    var number: Int

    func run() throws -> Int { self.number * self.number + Int(cxx_global_length()) - 41 }
}

registerParallelBackend("pipes") { _ in PipeBackend() }
let squares = try parallelConfig(backend: "pipes", nJobs: 2) {
    try Parallel()((0..<10).map { Delayed(Square(number: $0)) })
}
print(squares)
