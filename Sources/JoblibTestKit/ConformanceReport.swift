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
    ///   - onOutcome: Told what came of each as it ends.
    public init<Backend: BackendUnderTest>(
        _ backend: Backend.Type,
        where isIncluded: (ConformanceCase) -> Bool = { _ in true },
        onOutcome: (ConformanceCase, ConformanceCase.Outcome) -> Void = { _, _ in }
    ) {
        self.backend = backend.name
        self.rows = ConformanceCase.all.filter(isIncluded)
            .map { testCase in
                let outcome = testCase.outcome(on: backend)
                onOutcome(testCase, outcome)
                return (testCase, outcome)
            }
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
        let lines = self.rows.map { Self.line($0.testCase, $0.outcome) }
        return (lines + ["", self.sums]).joined(separator: "\n")
    }

    private var sums: String {
        "\(self.backend): \(self.passed) passed, \(self.failed) failed, \(self.notApplicable) not applicable"
    }

    private static func line(_ testCase: ConformanceCase, _ outcome: ConformanceCase.Outcome) -> String {
        switch outcome {
        case .passed: "passed          \(testCase)"
        case .failed(let finding): "FAILED          \(testCase)\n                \(testCase.citation): \(finding)"
        case .notApplicable(let needs): "not applicable  \(testCase) (needs \(needs.joined(separator: ", ")))"
        }
    }

    /// Tries every case on a backend, prints a line for each as it ends, and ends the program: with status 0 if none failed,
    /// 1 if one did, and 64 for an argument that no case begins with.
    ///
    /// All that the main program of a conformance check needs. Arguments of the program are beginnings of the ids of the
    /// cases to try, such as `timeouts/` or `order/map`.
    public static func main<Backend: BackendUnderTest>(_ backend: Backend.Type) -> Never {
        let beginnings = CommandLine.arguments.dropFirst()
        // A mistyped id must not look like a pass.
        for beginning in beginnings where !ConformanceCase.all.contains(where: { $0.id.hasPrefix(beginning) }) {
            ThisProcess.write("no case begins with '\(beginning)'; without arguments every one is tried and named\n")
            ThisProcess.exit(64)
        }
        let isIncluded = { (testCase: ConformanceCase) in
            beginnings.isEmpty || beginnings.contains { testCase.id.hasPrefix($0) }
        }
        let report = ConformanceReport(backend, where: isIncluded) { testCase, outcome in
            print(Self.line(testCase, outcome))
            // Should the next case end the process, this one has been told.
            ThisProcess.flush()
        }
        print("\n\(report.sums)")
        ThisProcess.exit(report.failed == 0 ? 0 : 1)
    }
}
