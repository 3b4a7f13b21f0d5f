// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCore
import JoblibPOSIX

/// A case that runs in a process of its own, which is a copy of this program that is taken over before `main`.
struct IsolatedCase {
    private static let variable = "JOBLIB_CONFORMANCE_CASE"

    // Exit statuses that say what came of a case; others come from whatever else may end a process.
    private static let passed: Int32 = 42
    private static let failed: Int32 = 43

    private let testCase: ConformanceCase
    private let typeName: String?

    init<Backend: BackendUnderTest>(_ testCase: ConformanceCase, _ backend: Backend.Type) {
        self.testCase = testCase
        // The name of a private or local type holds the address of its context, which is another one over there.
        self.typeName = _mangledTypeName(backend).flatMap { $0.contains("$") ? nil : $0 }
    }

    func outcome() -> ConformanceCase.Outcome {
        guard let typeName = self.typeName else {
            return .failed(
                "the type that describes the backend is private or local; a copy of the program cannot find it"
            )
        }
        // The copy ends by itself, with a better text, if it can.
        let limit = UInt64(self.testCase.timeLimit.components.seconds + 5) * 1_000_000_000
        do {
            let ending = try ProgramCopy.run(
                variable: Self.variable,
                value: "\(self.testCase.id) \(typeName)",
                until: MonotonicClock.now + limit
            )
            return Self.outcome(ending)
        } catch {
            return .failed("no second process could be started: \(error)")
        }
    }

    private static func outcome(_ ending: ProgramCopy.Ending) -> ConformanceCase.Outcome {
        if ending.exitCode == Self.passed {
            // A case prints nothing, so neither may the backend.
            return ending.output.isEmpty ? .passed : .failed("it printed (obligation 21): \(ending.output.prefix(200))")
        }
        if ending.exitCode == Self.failed { return .failed(ending.output) }
        if ending.wasLate { return .failed("its process did not end in time; it printed: \(ending.output)") }
        let how = ending.signal.map { "signal \($0)" } ?? "status \(ending.exitCode ?? -1)"
        return .failed("its process ended with \(how); it printed: \(ending.output)")
    }

    /// Runs the case that the name stands for, in the copy of the program, and ends the process.
    static func runHere(_ name: String) -> Never {
        // Erased once read: whatever the case starts must not take itself for this copy.
        ProcessSettings.removeVariable(Self.variable)
        let words = name.split(separator: " ", maxSplits: 1).map(String.init)
        guard words.count == 2,
            let testCase = ConformanceCase.all.first(where: { $0.id == words[0] }),
            let backend = _typeByName(words[1]) as? any BackendUnderTest.Type
        else {
            end(.failed("a copy of the program finds no case and backend named \(name)"))
        }
        backend.register()
        do {
            end(testCase.outcome(on: try Self.subject(backend)))
        } catch {
            end(.failed("the backend cannot be made: \(error)"))
        }
    }

    private static func subject<Backend: BackendUnderTest>(_ backend: Backend.Type) throws -> ConformanceSubject {
        try ConformanceSubject(backend)
    }

    private static func end(_ outcome: ConformanceCase.Outcome) -> Never {
        switch outcome {
        case .passed:
            ThisProcess.exit(Self.passed)
        case .failed(let finding):
            ThisProcess.write(finding)
        case .notApplicable(let needs):
            ThisProcess.write("needs \(needs.joined(separator: ", "))")
        }
        ThisProcess.exit(Self.failed)
    }
}

/// Called before `main` in a process that is to run one case.
@c(joblib_run_conformance_case)
public func runConformanceCase(_ name: UnsafePointer<CChar>) {
    unsafe IsolatedCase.runHere(String(cString: name))
}
