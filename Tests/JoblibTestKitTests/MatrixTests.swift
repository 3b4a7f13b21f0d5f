// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import JoblibTestKit
import Testing

/// Every backend of this package against every case.
@Suite("The backend matrix", .timeLimit(.minutes(3)))
struct MatrixTests {
    @Test("No backend fails a case, and docs/backend-matrix.md says what the cases say")
    func matrix() async throws {
        let reports = await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: OurBackends.all.map { Self.report($0) }) }
        }
        for report in reports {
            print(report)
            #expect(report.failed == 0)
        }
        let file = Repository.root.appending(path: "docs/backend-matrix.md")
        let kept = try String(contentsOf: file, encoding: .utf8)
        // What stands behind it is about strangers' backends, and is written from what their programs print.
        let rest = kept.range(of: "\n## ").map { kept[$0.lowerBound...] } ?? ""
        let text = Self.document(reports) + rest
        if ProcessInfo.processInfo.environment["UPDATE_BACKEND_MATRIX"] != nil {
            return try text.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(kept == text, "run the tests with UPDATE_BACKEND_MATRIX=1 and look at what changes")
    }

    private static func report<Backend: BackendUnderTest>(_ backend: Backend.Type) -> ConformanceReport {
        ConformanceReport(backend)
    }

    private static func document(_ reports: [ConformanceReport]) -> String {
        let names = reports.map { "`\($0.backend)`" }
        var lines = [
            "# The backend matrix", "",
            "Every backend of this package against every case of the conformance kit. Written by the tests, which fail where",
            "it is out of date: `UPDATE_BACKEND_MATRIX=1 swift test --no-parallel --filter MatrixTests`.", "",
            "✓ passed · ✗ failed · – not applicable, with what the backend lacks", "",
            "| case | claim | obligations | \(names.joined(separator: " | ")) |",
            "|---|---|---|\(names.map { _ in "---|" }.joined())",
        ]
        for index in ConformanceCase.all.indices {
            let testCase = ConformanceCase.all[index]
            let outcomes = reports.map { Self.mark($0.rows[index].outcome) }
            let numbers = testCase.obligations.map(String.init).joined(separator: ", ")
            lines.append("| \(testCase.id) | \(testCase.claim) | \(numbers) | \(outcomes.joined(separator: " | ")) |")
        }
        let sums = reports.map { "\($0.passed) passed, \($0.failed) failed, \($0.notApplicable) not applicable" }
        lines.append("| **all** | | | \(sums.joined(separator: " | ")) |")
        return lines.joined(separator: "\n") + "\n"
    }

    private static func mark(_ outcome: ConformanceCase.Outcome) -> String {
        switch outcome {
        case .passed: "✓"
        case .failed: "✗"
        case .notApplicable(let needs): "– \(needs.joined(separator: ", "))"
        }
    }
}
