// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import Testing

@Suite("progress: .bar on a terminal", .timeLimit(.minutes(2)))
struct BarTests {
    @Test("shows how far the loop is, and leaves one line that tells how it ended")
    func wholeLoop() async throws {
        try await Probe.use(["bar", "4", "2"], errors: .terminal(columns: 80)) { probe in
            try probe.waitForErrors { $0.contains("0/4 0%") && $0.contains("2 workers") }
            probe.letGo(3)
            try probe.waitForErrors { $0.contains("3/4 75%") && $0.contains("ETA") }
            probe.letGo()
            try probe.expectEnd(0)
            let screen = Screen(columns: 80, probe.errors)
            #expect(screen.mishaps == [])
            #expect(screen.lines.count == 1)
            let line = try #require(screen.lines.first)
            #expect(line.hasPrefix("4/4 100% [##########"), "\(line)")
            #expect(line.contains(" in ") && line.hasSuffix("2 workers"), "\(line)")
            #expect(screen.isAtLineStart)
        }
    }

    @Test("is drawn ten times a second at most")
    func redraws() async throws {
        try await Probe.use(["bar", "2", "2"], errors: .terminal(columns: 80)) { probe in
            try probe.waitForErrors { $0.contains("0/2") }
            let (start, drawn) = (ContinuousClock.now, Self.drawings(probe.errors))
            usleep(1_000_000)
            let elapsed = (ContinuousClock.now - start) / .seconds(1)
            #expect(Double(Self.drawings(probe.errors) - drawn) <= 10 * elapsed + 1)
            probe.letGo(2)
            try probe.expectEnd(0)
        }
    }

    private static func drawings(_ text: String) -> Int { text.split(separator: "\r").count }

    @Test("counts tasks of which nobody knows how many there are")
    func unknownTotal() async throws {
        try await Probe.use(["unknown", "6", "2"], errors: .terminal(columns: 80)) { probe in
            probe.letGo(1)
            try probe.waitForErrors { $0.contains("1 task ") }
            #expect(!probe.errors.contains("%"))
            probe.letGo(5)
            try probe.expectEnd(0)
            #expect(Screen(columns: 80, probe.errors).lines.first?.hasPrefix("6/6 100%") == true)
        }
    }

    @Test("names failures and retries, and does not stand in the way of the error")
    func failure() async throws {
        try await Probe.use(["failing", "3", "1"], errors: .terminal(columns: 80)) { probe in
            probe.letGo(4)
            try probe.waitForErrors { $0.contains("2 retried") }
            probe.letGo(4)
            try probe.expectEnd(0)
            #expect(probe.output.hasPrefix("failed: task 2"))
            let screen = Screen(columns: 80, probe.errors)
            #expect(screen.mishaps == [])
            #expect(screen.lines.count == 1)
            let line = try #require(screen.lines.first)
            #expect(line.contains("1 failed 4 retried"), "\(line)")
            #expect(line.contains("failed after"), "\(line)")
            #expect(screen.isAtLineStart)
        }
    }

    @Test("counts the failures of a call that keeps going as ended")
    func keepsGoing() async throws {
        try await Probe.use(["keeping", "4", "2"], errors: .terminal(columns: 80)) { probe in
            probe.letGo(4)
            try probe.expectEnd(0)
            let line = try #require(Screen(columns: 80, probe.errors).lines.first)
            #expect(line.hasPrefix("4/4 100%") && line.hasSuffix("2 failed"), "\(line)")
        }
    }

    @Test("ends its line when SIGINT ends the process")
    func interrupt() async throws {
        try await Probe.use(["bar", "4", "2"], errors: .terminal(columns: 80)) { probe in
            try probe.waitForErrors { $0.contains("0/4") }
            probe.interrupt()
            try probe.expectEnd(-SIGINT)
            let screen = Screen(columns: 80, probe.errors)
            #expect(screen.lines.count == 1)
            #expect(screen.isAtLineStart)
        }
    }

    @Test(
        "ends its line when SIGINT cancels the call, and when a second one ends the process",
        arguments: [false, true]
    )
    func cancellation(isImpatient: Bool) async throws {
        try await Probe.use(["cancelling", "4", "2"], errors: .terminal(columns: 80)) { probe in
            try probe.waitForErrors { $0.contains("0/4") }
            probe.interrupt()
            if isImpatient {
                try probe.waitForOutput("interrupted")
                probe.interrupt()
                try probe.expectEnd(128 + SIGINT)
            } else {
                try probe.waitForOutput("interrupted")
                probe.letGo(4)
                try probe.expectEnd(0)
                #expect(probe.output.hasPrefix("interrupted\nfailed: "))
                #expect(probe.errors.contains("cancelled after"))
            }
            let screen = Screen(columns: 80, probe.errors)
            #expect(screen.lines.count == 1)
            #expect(screen.isAtLineStart)
        }
    }

    @Test("does not keep the process alive where the terminal takes nothing any more")
    func stoppedTerminal() async throws {
        try await Probe.use(["bar", "4", "2"], errors: .terminal(columns: 80)) { probe in
            try probe.waitForErrors { $0.contains("0/4") }
            probe.stopTerminal()
            usleep(300_000)
            probe.interrupt()
            try probe.waitForExit()
            probe.startTerminal()
            try probe.expectEnd(-SIGINT)
        }
    }

    @Test("fits a terminal of ten columns")
    func narrow() async throws {
        try await Probe.use(["bar", "12", "2"], errors: .terminal(columns: 10)) { probe in
            try probe.waitForErrors { $0.contains("0%") }
            probe.letGo(12)
            try probe.expectEnd(0)
            let screen = Screen(columns: 10, probe.errors)
            #expect(screen.mishaps == [])
            #expect(screen.lines == ["100%"])
        }
    }

    @Test("follows the terminal's width, and leaves what was drawn before where it has become narrower")
    func resize() async throws {
        try await Probe.use(["bar", "4", "2"], errors: .terminal(columns: 80)) { probe in
            try probe.waitForErrors { $0.contains("2 workers") }
            probe.resize(columns: 20)
            try probe.waitForErrors { $0.contains("\r\n") }
            let narrow = probe.errors.split(separator: "\r\n", maxSplits: 1)[1]
            probe.letGo(4)
            try probe.expectEnd(0)
            #expect(!narrow.contains("2 workers"))
            let after = probe.errors.split(separator: "\r\n", maxSplits: 1)[1]
            #expect(Screen(columns: 20, String(after)).mishaps == [])
            #expect(after.contains("4/4 100%"))
        }
    }

    @Test("two at once have a line each, and each line stays")
    func two() async throws {
        try await Probe.use(["two", "3", "2"], errors: .terminal(columns: 80)) { probe in
            try probe.waitForErrors { $0.contains("0/3") && $0.contains("0/4") && $0.contains("\u{1B}[1A") }
            #expect(Screen(columns: 80, probe.errors).lines.count == 2)
            probe.letGo(7)
            try probe.expectEnd(0)
            let screen = Screen(columns: 80, probe.errors)
            #expect(screen.mishaps == [])
            #expect(screen.lines.map { String($0.prefix(8)) }.sorted() == ["3/3 100%", "4/4 100%"])
            #expect(screen.isAtLineStart)
        }
    }

    @Test("loops inside of tasks have no bar that a scope around the outer one asked for")
    func nested() async throws {
        try await Probe.use(["nested", "2", "2"], errors: .terminal(columns: 80)) { probe in
            try probe.waitForErrors { $0.contains("0/2") }
            probe.letGo(2)
            try probe.expectEnd(0)
            let bars = Screen(columns: 80, probe.errors).lines.filter { !$0.hasPrefix("[Parallel") }
            #expect(bars.count == 1)
            #expect(bars.first?.hasPrefix("2/2 100%") == true)
        }
    }

    @Test("joblib's lines stand above it, none of them torn")
    func withLines() async throws {
        try await Probe.use(["both", "12", "2"], errors: .terminal(columns: 80)) { probe in
            try probe.waitForErrors { $0.contains("0/12") }
            // The last but one has no line.
            for ended in 1...9 {
                probe.letGo()
                try probe.waitForErrors { $0.contains("Done \(ended < 10 ? " " : "")\(ended) out of 12") }
            }
            probe.letGo(3)
            try probe.expectEnd(0)
            let screen = Screen(columns: 300, probe.errors)
            #expect(screen.mishaps == [])
            let bars = screen.lines.filter { !$0.hasPrefix("[Parallel(n_jobs=2)]: ") }
            #expect(bars.count == 1)
            #expect(screen.lines.filter { $0.contains(" | elapsed: ") && $0.hasSuffix("s") }.count == 10)
        }
    }
}
