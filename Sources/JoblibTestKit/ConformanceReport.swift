// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibPOSIX

/// What came of every case on one backend.
public struct ConformanceReport: Sendable, CustomStringConvertible {
    /// The name of the backend.
    public let backend: String

    /// Every case, in order, with what came of it.
    public let rows: [(testCase: ConformanceCase, outcome: ConformanceCase.Outcome)]

    /// Tries every case on a backend, one after the other; blocks the calling thread for a few seconds.
    ///
    /// - Parameters:
    ///   - backend: The backend.
    ///   - isIncluded: Which cases to try; by default all.
    public init<Backend: BackendUnderTest>(
        _ backend: Backend.Type,
        where isIncluded: (ConformanceCase) -> Bool = { _ in true }
    ) {
        self.backend = backend.name
        self.rows = ConformanceCase.all.filter(isIncluded).map { ($0, $0.outcome(on: backend)) }
    }

    /// How many cases passed.
    public var passed: Int { self.rows.count { $0.outcome == .passed } }

    /// How many cases do not apply.
    public var notApplicable: Int {
        self.rows.count { if case .notApplicable = $0.outcome { true } else { false } }
    }

    /// How many cases failed.
    public var failed: Int { self.rows.count - self.passed - self.notApplicable }

    /// A line for each case, and the sums as the last one.
    public var description: String {
        let lines = self.rows.map { row in
            switch row.outcome {
            case .passed: "passed          \(row.testCase)"
            case .failed(let finding):
                "FAILED          \(row.testCase)\n                "
                    + "obligations \(row.testCase.obligations.map(String.init).joined(separator: ", ")): \(finding)"
            case .notApplicable(let needs):
                "not applicable  \(row.testCase) (needs \(needs.joined(separator: ", ")))"
            }
        }
        let sums = "\(self.passed) passed, \(self.failed) failed, \(self.notApplicable) not applicable"
        return (lines + ["", "\(self.backend): \(sums)"]).joined(separator: "\n")
    }

    /// Tries every case on a backend, prints the report, and ends the program: with status 0 if none failed, else 1.
    ///
    /// All that the main program of a conformance check needs.
    public static func main<Backend: BackendUnderTest>(_ backend: Backend.Type) -> Never {
        let report = ConformanceReport(backend)
        print(report)
        ThisProcess.exit(report.failed == 0 ? 0 : 1)
    }
}
