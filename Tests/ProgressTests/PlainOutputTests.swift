// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@Suite("progress where nobody watches a terminal", .timeLimit(.minutes(2)))
struct PlainOutputTests {
    @Test("a bar in a pipe is a line at the end")
    func pipe() async throws {
        try await Probe.use(["bar", "4", "2"], errors: .pipe) { probe in
            probe.letGo(4)
            try probe.expectEnd(0)
            try Self.expectOneLine(probe.errors, "4/4 100%")
        }
    }

    @Test(
        "a bar on a terminal is lines where the environment asks for it",
        arguments: ["CI=true", "NO_COLOR=1", "TERM=dumb"]
    )
    func environment(variable: String) async throws {
        let parts = variable.split(separator: "=").map(String.init)
        try await Probe.use(["bar", "4", "2"], errors: .terminal(columns: 80), environment: [parts[0]: parts[1]]) {
            probe in
            probe.letGo(4)
            try probe.expectEnd(0)
            #expect(!probe.errors.contains("\u{1B}"))
            try Self.expectOneLine(probe.errors.replacing("\r\n", with: "\n"), "4/4 100%")
        }
    }

    @Test("lines are lines on a terminal too")
    func lines() async throws {
        try await Probe.use(["lines", "2", "2"], errors: .terminal(columns: 80)) { probe in
            probe.letGo(2)
            try probe.expectEnd(0)
            try Self.expectOneLine(probe.errors.replacing("\r\n", with: "\n"), "2/2 100%")
        }
    }

    @Test("a closed standard error is no reason to fail")
    func closed() async throws {
        try await Probe.use(["closed", "20", "2"], errors: .pipe) { probe in
            try probe.expectEnd(0)
            #expect(probe.output == "succeeded\n")
        }
    }

    @Test("neither is one that nobody reads any more", arguments: ["both", "bar", "lines"])
    func brokenPipe(scenario: String) async throws {
        try await Probe.use([scenario, "20", "2"], errors: .brokenPipe) { probe in
            probe.letGo(20)
            try probe.expectEnd(0)
            #expect(probe.output == "succeeded\n")
        }
    }

    @Test("a reader that pauses gets all lines all the same")
    func pausingReader() async throws {
        try await Probe.use(["many", "5000", "2"], errors: .unreadPipe) { probe in
            // The call has given up waiting; the process ends only when somebody reads.
            try probe.waitForOutput("succeeded")
            probe.startReading()
            try probe.expectEnd(0)
            let lines = probe.errors.split(separator: "\n")
            #expect(lines.suffix(2).first?.contains("Done 5000 out of 5000 |") == true)
        }
    }

    @Test("where the system has no thread to give, the calling one does everything")
    func withoutThreads() async throws {
        try await Probe.use(["threadless", "5"], errors: .pipe) { probe in
            try probe.expectEnd(0)
            #expect(probe.output == "succeeded\n")
            #expect(probe.errors.split(separator: "\n").filter { $0.contains("finished") }.count == 3)
        }
    }

    private static func expectOneLine(_ text: String, _ start: String) throws {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == 2 && lines.last == "", "\(lines)")
        let line = try #require(lines.first)
        #expect(line.hasPrefix("[Parallel(n_jobs=2)]: \(start) | "), "\(line)")
        #expect(line.contains(" | in ") && line.hasSuffix(" | 2 workers"), "\(line)")
    }
}
