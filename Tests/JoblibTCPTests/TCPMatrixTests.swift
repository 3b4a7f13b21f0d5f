// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Foundation
import JoblibCore
import JoblibTCP
import JoblibTestKit
import Synchronization
import Testing

/// The backend as the conformance kit gets it: two hosts on this machine, which end with the process that runs a case.
struct TCPUnderTest: BackendUnderTest {
    static let name = "tcp"

    private static let token = ClusterToken.generate()

    /// Started with the first case of a process, and kept for the others.
    private static let hosts = Result { try (0..<2).map { _ in try HostRun.listening(slots: 4, token) } }

    static func makeBackend(_ request: BackendRequest) throws -> any ParallelBackend {
        let addresses = try Self.hosts.get().map { try $0.address }
        var full = BackendRequest(
            name: request.name,
            parameters: request.parameters + [.workers(addresses), .token(Self.token), .waitForWorkers(atLeast: 8)],
            innerMaxNumThreads: request.innerMaxNumThreads
        )
        full.maxNBytes = request.maxNBytes
        full.mmapMode = request.mmapMode
        full.tempFolder = request.tempFolder
        return try TCPBackend(full)
    }
}

/// Workers on other hosts against every case that any backend has to pass.
@Suite("The backend matrix, for workers on other hosts", .timeLimit(.minutes(5)))
struct TCPMatrixTests {
    @Test("No case fails")
    func matrix() async throws {
        let report = await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: ConformanceReport(TCPUnderTest.self)) }
        }
        print(report)
        #expect(report.failed == 0)
    }
}

#endif
