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
    private static let heading = "## Workers on other hosts"

    @Test("No case fails, and docs/backend-matrix.md says what the cases say")
    func matrix() async throws {
        let report = await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: ConformanceReport(TCPUnderTest.self)) }
        }
        print(report)
        #expect(report.failed == 0)
        let root = URL(fileURLWithPath: #filePath).appending(path: "../../..").standardized
        let file = root.appending(path: "docs/backend-matrix.md")
        let kept = try String(contentsOf: file, encoding: .utf8)
        let text = Self.document(kept, with: Self.section(report))
        if ProcessInfo.processInfo.environment["UPDATE_BACKEND_MATRIX"] != nil {
            return try text.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(kept == text, "run the tests with UPDATE_BACKEND_MATRIX=1 and look at what changes")
    }

    /// The document with this section in its place: behind what is written of the other backends, before what is of strangers'.
    private static func document(_ text: String, with section: String) -> String {
        var parts = text.components(separatedBy: "\n\n## ")
        let title = String(self.heading.dropFirst(3))
        parts.removeAll { $0.hasPrefix(title + "\n") }
        parts.insert(String(section.dropFirst(3)), at: min(1, parts.count))
        return parts.joined(separator: "\n\n## ")
    }

    private static func section(_ report: ConformanceReport) -> String {
        var lines = [
            self.heading, "",
            "The backend `tcp`, with two hosts on one machine. Written by the tests that need the package's trait:",
            "`UPDATE_BACKEND_MATRIX=1 swift test --traits TCP --scratch-path .build-tcp --no-parallel --filter TCPMatrixTests`.",
            "",
            "| case | `\(report.backend)` |", "|---|---|",
        ]
        for (testCase, row) in zip(ConformanceCase.all, report.rows) {
            lines.append("| \(testCase.id) | \(self.mark(row.outcome)) |")
        }
        let sum = "\(report.passed) passed, \(report.failed) failed, \(report.notApplicable) not applicable"
        return (lines + ["| **all** | \(sum) |"]).joined(separator: "\n")
    }

    private static func mark(_ outcome: ConformanceCase.Outcome) -> String {
        switch outcome {
        case .passed: "✓"
        case .failed: "✗"
        case .notApplicable(let needs): "– \(needs.joined(separator: ", "))"
        }
    }
}

#endif
