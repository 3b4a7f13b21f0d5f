// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Testing

@Suite("joblib-speedup as a program", .timeLimit(.minutes(1)))
struct SpeedupProgramTests {
    private let directory: TemporaryDirectory

    init() throws { self.directory = try TemporaryDirectory() }

    @Test("A small run prints a table and writes the chart and the times")
    func smallRun() throws {
        let arguments = [
            "--sizes", "20,40", "--jobs", "1...3", "--tasks", "2", "--repeats", "1", "--output", "out.svg",
        ]
        let outcome = try Program.speedup.run(arguments, in: self.directory)
        #expect(outcome.status == 0)
        let rows = outcome.text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        #expect(rows.count == 2 + 6)
        #expect(rows[1] == ["size", "nJobs", "seconds", "speed-up", "efficiency"])
        #expect(
            rows[2...].map { Array($0[..<2]) } == [
                ["20", "1"], ["20", "2"], ["20", "3"], ["40", "1"], ["40", "2"], ["40", "3"],
            ]
        )
        #expect(self.directory.read("out.svg")?.contains("</svg>") == true)
        #expect(self.directory.read("out.csv")?.split(separator: "\n").count == 1 + 6)
        #expect(outcome.errorLines.last?.hasPrefix("6 runs done in ") == true)
    }

    @Test("--from draws the times of a run again, to the last byte, and measures nothing")
    func redraw() throws {
        let run = try Program.speedup.run(
            ["--sizes", "20,40", "--jobs", "2,1", "--tasks", "1", "--repeats", "1"],
            in: self.directory
        )
        let first = self.directory.read("speedup.svg")
        let again = try Program.speedup.run(["--from", "speedup.csv", "--output", "again.svg"], in: self.directory)
        #expect(again.status == 0)
        #expect(again.text == run.text)
        #expect(again.error.isEmpty)
        #expect(first != nil)
        #expect(self.directory.read("again.svg") == first)
        #expect(self.directory.read("again.csv") == nil)
    }

    @Test("--help explains the grammar of lists and succeeds")
    func help() throws {
        let outcome = try Program.speedup.run(["--help"], in: self.directory)
        #expect(outcome.status == 0)
        #expect(outcome.error.isEmpty)
        for text in [
            "--sizes", "--jobs", "--tasks", "--backend", "--shared", "--output", "--from", "5000...50000/5000", "1...8",
        ] {
            #expect(outcome.text.contains(text))
        }
    }

    static let wrongArguments: [[String]] = [
        ["--sizes", "0"], ["--sizes", "-5"], ["--sizes", "5,x"], ["--sizes", ""], ["--sizes", "5000...1000"],
        ["--sizes", "1...9/0"], ["--sizes", "99999999999999999999"], ["--sizes", "1...100000"],
        ["--sizes", "two\nlines"], ["--jobs", "0"], ["--jobs", "-1"], ["--jobs", "8...1"], ["--jobs", "1000000"],
        ["--jobs", "1..8"], ["--jobs"], ["--tasks", "0"], ["--tasks", "-8"], ["--tasks", "many"], ["--repeats", "0"],
        ["--backend", "nope"], ["--backend", ""], ["--output", "chart.png"], ["--output", ""],
        ["--output", "missing/chart.svg"], ["--from", "missing.csv"], ["--from", "."], ["--from", "bad.csv"],
        ["--from", "good.csv", "--jobs", "2"], ["--frobnicate"], ["surplus"],
    ]

    @Test("A wrong value gets one line on stderr and status 64", arguments: Self.wrongArguments)
    func wrongValue(_ arguments: [String]) throws {
        try self.directory.write("size,nJobs\n1,2\n".utf8, to: "bad.csv")
        let outcome = try Program.speedup.run(arguments, in: self.directory)
        #expect(outcome.status == 64)
        #expect(outcome.output.isEmpty)
        #expect(outcome.error.hasPrefix("joblib-speedup: "))
        #expect(outcome.error.filter(\.isNewline).count == 1)
        #expect(outcome.error.hasSuffix("\n"))
        #expect(self.directory.read("speedup.svg") == nil)
    }

    @Test("An unknown backend is answered with the known ones")
    func unknownBackend() throws {
        let outcome = try Program.speedup.run(["--backend", "nope"], in: self.directory)
        #expect(outcome.error.contains("nope"))
        #expect(outcome.error.contains("threading"))
        #expect(outcome.error.contains("sequential"))
    }

    /// What it says of two jobs, in one run of a backend.
    private func speedup(on backend: String) throws -> Double {
        let arguments = ["--sizes", "1000", "--jobs", "1,2", "--tasks", "8", "--repeats", "2", "--backend", backend]
        let outcome = try Program.speedup.run(arguments, in: self.directory)
        let rows = outcome.text.split(separator: "\n").map { $0.split(separator: " ") }
        let row = try #require(rows.last, "\(outcome)")
        try #require(row.count == 5 && row[1] == "2", "\(outcome.text)")
        return try #require(Double(row[3]), "\(outcome.text)")
    }

    // What else the machine does slows down either of them at any time, and can only slow down: so the best of several runs counts.
    @Test("Spawned workers are as much faster with two jobs as threads are")
    func spawnedWorkers() throws {
        var threads: [Double] = []
        var workers: [Double] = []
        for _ in 0..<5 {
            threads.append(try self.speedup(on: "threading"))
            workers.append(try self.speedup(on: "loky"))
        }
        let best = try (threads: #require(threads.max()), workers: #require(workers.max()))
        // Half of it would mean that one kind waits for each other, wherever the other kind does not.
        let ratio = best.workers / best.threads
        #expect(ratio > 0.65 && ratio < 1.6, "threads \(threads), workers \(workers)")
    }

    @Test("Ctrl-C stops in time, in the middle of a task of minutes, with what was measured", arguments: ["1", "2"])
    func interruption(nJobs: String) throws {
        let arguments = ["--sizes", "30,1000000", "--jobs", nJobs, "--tasks", "2", "--repeats", "1"]
        let run = try Program.speedup.start(arguments, in: self.directory, onTerminal: true)
        run.waitForTerminal(toShow: "size 1000000, nJobs \(nJobs)")
        let clock = ContinuousClock()
        let start = clock.now
        run.interrupt()
        let outcome = run.outcome()
        // The promise is one second; a machine that builds at the same time gets five.
        #expect(clock.now - start < .seconds(5))
        #expect(outcome.status == 130)
        #expect(outcome.error.contains("interrupted: 1 of 2 runs done"))
        let rows = outcome.text.split(separator: "\n").dropFirst(2)
        #expect(rows.count == 1)
        #expect(rows.first?.split(separator: " ").prefix(2) == ["30", Substring(nJobs)])
        #expect(self.directory.read("speedup.csv")?.split(separator: "\n").count == 2)
        #expect(self.directory.read("speedup.svg")?.contains("</svg>") == true)
    }
}
