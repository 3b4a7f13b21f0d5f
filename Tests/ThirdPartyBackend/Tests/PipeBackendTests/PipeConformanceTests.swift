// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import CXXGlobals
import JoblibCore
import JoblibTestKit
import PipeBackend
import Testing

struct Pipes: BackendUnderTest {
    static let name = "pipes"

    static func makeBackend(_ request: BackendRequest) throws -> any ParallelBackend { PipeBackend() }
}

@Test("The backend keeps the contract", arguments: ConformanceCase.applicable(to: Pipes.self))
func conforms(_ testCase: ConformanceCase) async throws { try await testCase.run(on: Pipes.self) }

struct GlobalLength: PortableTask {
    func run() throws -> Int { Int(cxx_global_length()) }
}

@Test("A worker, which never comes to main, has the globals of the program's C++ libraries")
func globals() throws {
    let lengths = try Parallel(nJobs: 2, backend: .instance(PipeBackend()))(
        (0..<4).map { _ in Delayed(GlobalLength()) }
    )
    #expect(lengths == [41, 41, 41, 41])
}
