// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import DispatchBackend
import JoblibCore
import JoblibTestKit
import Testing

struct Dispatch: BackendUnderTest {
    static let name = "dispatch"

    static func makeBackend(_ request: BackendRequest) throws -> any ParallelBackend { try DispatchBackend(request) }
}

@Test("The backend keeps the contract", arguments: ConformanceCase.applicable(to: Dispatch.self))
func conforms(_ testCase: ConformanceCase) async throws { try await testCase.run(on: Dispatch.self) }
