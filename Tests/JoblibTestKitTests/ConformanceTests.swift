// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Joblib
import JoblibTestKit
import Testing

@Suite("Conformance", .timeLimit(.minutes(2)))
struct ConformanceTests {
    @Test("threading keeps the contract", arguments: ConformanceCase.applicable(to: OurBackends.Threading.self))
    func threading(_ testCase: ConformanceCase) async throws { try await testCase.run(on: OurBackends.Threading.self) }

    @Test("loky keeps the contract", arguments: ConformanceCase.applicable(to: OurBackends.Loky.self))
    func loky(_ testCase: ConformanceCase) async throws { try await testCase.run(on: OurBackends.Loky.self) }

    @Test(
        "multiprocessing keeps the contract",
        arguments: ConformanceCase.applicable(to: OurBackends.Multiprocessing.self)
    )
    func multiprocessing(_ testCase: ConformanceCase) async throws {
        try await testCase.run(on: OurBackends.Multiprocessing.self)
    }

    @Test("sequential keeps the contract", arguments: ConformanceCase.applicable(to: OurBackends.Sequential.self))
    func sequential(_ testCase: ConformanceCase) async throws {
        try await testCase.run(on: OurBackends.Sequential.self)
    }

    @Test(
        "So does a pool of as many threads as there are jobs",
        arguments: ConformanceCase.applicable(to: TestBackends.FixedPool.self)
    )
    func fixedPool(_ testCase: ConformanceCase) async throws {
        try await testCase.run(on: TestBackends.FixedPool.self)
    }

    @Test(
        "So does a backend whose workers come and go",
        arguments: ConformanceCase.applicable(to: TestBackends.Elastic.self)
    )
    func elastic(_ testCase: ConformanceCase) async throws { try await testCase.run(on: TestBackends.Elastic.self) }
}
