// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

/// What a call prints under `verbose`, beside what joblib 1.6 prints for the same call on its threading backend.
@Suite("verbose", .timeLimit(.minutes(2)))
struct VerboseTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let arguments: [String]
        let lines: [String]

        init(_ arguments: String, _ lines: [String]) {
            self.arguments = ["verbose"] + arguments.split(separator: " ").map(String.init)
            self.lines = lines
        }

        var testDescription: String { self.arguments.joined(separator: " ") }
    }

    // Tasks, jobs, verbosity, preDispatch unless it is the usual one, and whether the number of tasks is known.
    static let cases = [
        Case("10 2 10 known", [using(2), " 1 out of 10 |", " 4 out of 10 |", "10 out of 10 | finished"]),
        Case("10 2 10 unknown", [using(2), "  1 tasks      |", "  4 tasks      |", " 10 out of  10 | finished"]),
        Case("30 2 5 known", [using(2), "14 out of 30 |", "30 out of 30 | finished"]),
        Case("30 2 5 unknown", [using(2), " 14 tasks      |", " 30 out of  30 | finished"]),
        Case("20 2 1 known", [using(2), "20 out of 20 | finished"]),
        Case(
            "20 2 11 known",
            [using(2)] + (1...17).map { "\($0 < 10 ? " " : "")\($0) out of 20 |" } + ["20 out of 20 | finished"]
        ),
        Case(
            "12 1 10 known",
            [" 1 out of 12 |", " 4 out of 12 |", " 7 out of 12 |", "12 out of 12 |", "12 out of 12 | finished"]
        ),
        Case(
            "37 4 20 unknown",
            [using(4)] + (1...30).map { "\($0 < 10 ? "  " : " ")\($0) tasks      |" }
                + [32, 34].map { " \($0) out of  37 | remaining" } + [" 37 out of  37 | finished"]
        ),
        Case(
            "15 3 4 all unknown",
            [using(3)] + ["4", "8", "12"].map { "\($0 == "12" ? " " : "  ")\($0) out of  15 | remaining" } + [
                " 15 out of  15 | finished"
            ]
        ),
        Case(
            "20 2 20 2 unknown",
            [using(2)] + (1...19).map { "\($0 < 10 ? "  " : " ")\($0) tasks      |" } + [" 20 out of  20 | finished"]
        ),
        Case(
            "64 4 11 unknown",
            [using(4)] + (1...57).map { "\($0 < 10 ? "  " : " ")\($0) tasks      |" } + [" 64 out of  64 | finished"]
        ),
        Case("12 1 3 unknown", [" 12 out of  12 | finished"]),
        Case("3 2 10 known", [using(2), "3 out of 3 | finished"]),
        Case(
            "15 3 10 all known",
            [using(3)] + [" 2", " 4", " 6", " 8", "10", "12"].map { "\($0) out of 15 | remaining" }
                + ["15 out of 15 | finished"]
        ),
        Case(
            "15 3 4 all known",
            [using(3)] + [" 4", " 8", "12"].map { "\($0) out of 15 | remaining" } + ["15 out of 15 | finished"]
        ),
        Case("100 2 2 known", [using(2), " 37 out of 100 |", "100 out of 100 | finished"]),
        // joblib prints no last line for these two.
        Case("1 2 10 known", [using(2), "1 out of 1 | finished"]),
        Case(
            "10 2 10 1 known",
            [using(2), " 1 out of 10 |", " 4 out of 10 |", " 7 out of 10 |", "10 out of 10 | finished"]
        ),
        Case("5 2 0 known", []),
        Case("5 2 -3 known", []),
    ]

    @Test("prints joblib's lines", arguments: cases)
    func lines(of example: Case) async throws {
        try await Probe.use(example.arguments, errors: .pipe) { probe in
            try probe.expectEnd(0)
            #expect(probe.output == "succeeded\n")
            var lines = probe.errors.split(separator: "\n").map { String($0) }
            let prefix = "[Parallel(n_jobs=\(example.arguments[2]))]: "
            #expect(lines.allSatisfy { $0.hasPrefix(prefix) }, "\(lines)")
            lines = lines.map { String($0.dropFirst(prefix.count)) }
            let last = lines.popLast()
            #expect(last?.hasPrefix("Workers: ") ?? example.lines.isEmpty, "\(last ?? "")")
            #expect(lines.map(Self.withoutTimes) == example.lines.map { $0.hasPrefix("Using") ? $0 : "Done \($0)" })
        }
    }

    @Test("from 50 on goes to the standard output, in step with what the program prints")
    func output() async throws {
        try await Probe.use(["verbose", "4", "2", "50", "known"], errors: .pipe) { probe in
            try probe.expectEnd(0)
            #expect(probe.errors == "")
            let lines = probe.output.split(separator: "\n")
            #expect(lines.first?.hasSuffix("Using backend ThreadingBackend with 2 concurrent workers.") == true)
            #expect(lines.last == "succeeded")
        }
    }

    @Test("says at the end why the call took as long as it did")
    func speed() async throws {
        try await Probe.use(["verbose", "40", "2", "1", "known"], errors: .pipe) { probe in
            try probe.expectEnd(0)
            let last = try #require(probe.errors.split(separator: "\n").last)
            let shape =
                #/\[Parallel\(n_jobs=2\)\]: Workers: \d+% busy, \d+% waiting for input, 0% encoding \| stragglers: .+ \| batch size: 1 to \d+/#
            #expect(last.wholeMatch(of: shape) != nil, "\(last)")
        }
    }

    @Test("loops inside of tasks print nothing that a scope around the outer one asked for")
    func nested() async throws {
        try await Probe.use(["nested", "2", "2"], errors: .pipe) { probe in
            probe.letGo(2)
            try probe.expectEnd(0)
            let lines = probe.errors.split(separator: "\n")
            #expect(lines.filter { $0.contains("Using backend") }.count == 1)
            #expect(lines.filter { $0.contains("finished") }.count == 1)
            // The bar's, without a terminal.
            #expect(lines.filter { $0.contains("2/2 100%") }.count == 1)
            #expect(lines.count == 4)
        }
    }

    @Test("a scope inside of a task is one that its loops are printed for")
    func innerScope() async throws {
        try await Probe.use(["inner", "2"], errors: .pipe) { probe in
            try probe.expectEnd(0)
            let lines = probe.errors.split(separator: "\n")
            #expect(lines.filter { $0.hasSuffix("finished") && $0.contains("Done 3 out of 3") }.count == 2)
        }
    }

    @Test("what is printed is printed to its end before the call returns, however much it is")
    func many() async throws {
        try await Probe.use(["many", "50000", "2"], errors: .pipe) { probe in
            try probe.expectEnd(0)
            let lines = probe.errors.split(separator: "\n")
            #expect(lines.suffix(2).first?.contains("Done 50000 out of 50000 |") == true)
            #expect(lines.last?.contains("Workers: ") == true)
        }
    }

    private static func using(_ workers: Int) -> String {
        "Using backend ThreadingBackend with \(workers) concurrent workers."
    }

    /// Reduces "| elapsed:    0.1s remaining:    0.2s" to what does not depend on the clock.
    private static func withoutTimes(_ line: String) -> String {
        line.replacing(#/\ elapsed: +\d+\.\ds/#, with: "").replacing(#/remaining: +\d+\.\ds/#, with: "remaining")
    }
}
