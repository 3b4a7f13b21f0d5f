// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCore
import JoblibTestKit
import PipeBackend

struct Pipes: BackendUnderTest {
    static let name = "pipes"

    static func makeBackend(_ request: BackendRequest) throws -> any ParallelBackend { PipeBackend() }
}

@main
enum PipeConformance {
    static func main() { ConformanceReport.main(Pipes.self) }
}
