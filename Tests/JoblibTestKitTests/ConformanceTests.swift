// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Joblib
import JoblibTestKit
import Testing

/// `"threading"`, as the kit gets it.
struct Threading: BackendUnderTest {
    static let name = "threading"

    static func makeBackend(_ request: BackendRequest) throws -> any ParallelBackend { try ThreadingBackend(request) }
}

/// `"sequential"`, as the kit gets it.
struct Sequential: BackendUnderTest {
    static let name = "sequential"

    static func makeBackend(_ request: BackendRequest) -> any ParallelBackend { SequentialBackend() }
}

@Suite("Conformance of the backends of this package", .timeLimit(.minutes(2)))
struct ConformanceTests {
    @Test("threading keeps the contract", arguments: ConformanceCase.applicable(to: Threading.self))
    func threading(_ testCase: ConformanceCase) async throws { try await testCase.run(on: Threading.self) }

    @Test("sequential keeps the contract", arguments: ConformanceCase.applicable(to: Sequential.self))
    func sequential(_ testCase: ConformanceCase) async throws { try await testCase.run(on: Sequential.self) }
}
