// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import DispatchBackend
import JoblibCore
import JoblibTestKit

struct Dispatch: BackendUnderTest {
    static let name = "dispatch"

    static func makeBackend(_ request: BackendRequest) throws -> any ParallelBackend { try DispatchBackend(request) }
}

@main
enum DispatchConformance {
    static func main() { ConformanceReport.main(Dispatch.self) }
}
