// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Testing

@testable import joblib_speedup

@Suite("joblib-speedup --shared as a program", .timeLimit(.minutes(2)))
struct SharingProgramTests {
    private let directory: TemporaryDirectory

    init() throws { self.directory = try TemporaryDirectory() }

    #if os(Linux)
    @Test("A small run measures all backends, and is drawn again to the last byte")
    func smallRun() throws {
        let run = try Program.speedup.run(["--shared", "--sizes", "8", "--jobs", "2"], in: self.directory)
        #expect(run.status == 0)
        let rows = run.text.split(separator: "\n").dropFirst(2).map { $0.split(separator: " ").map(String.init) }
        #expect(
            rows.map { $0[2...3].joined(separator: " ") }
                == ["threading", "multiprocessing", "loky"]
                .flatMap { backend in
                    ["automatic", "off", "SharedArray"].map { "\(backend) \($0)" }
                }
        )
        #expect(rows.allSatisfy { $0[..<2] == ["8", "MB"] && $0.last == "MB" })
        // One array for all tasks and one for each of two workers; without sharing, more.
        let grown = rows.map { Double($0[$0.count - 2]) ?? 0 }
        try #require(grown.count == 9)
        #expect(grown[6] > 8)
        #expect(grown[7] > grown[6])
        #expect(grown[8] < grown[6])

        let again = try Program.speedup.run(
            ["--shared", "--from", "shared.csv", "--output", "again.svg"],
            in: self.directory
        )
        #expect(again.status == 0)
        #expect(again.text == run.text)
        #expect(again.error.isEmpty)
        #expect(self.directory.read("shared.svg")?.contains("</svg>") == true)
        #expect(self.directory.read("again.svg") == self.directory.read("shared.svg"))
        #expect(self.directory.read("again.csv") == nil)
    }

    @Test("What needs more memory than there is is left out, and the table says so")
    func tooLarge() throws {
        // A terabyte.
        let outcome = try Program.speedup.run(
            ["--shared", "--sizes", "1000000", "--tasks", "2", "--jobs", "1", "--backend", "loky"],
            in: self.directory
        )
        #expect(outcome.status == 0)
        let rows = outcome.text.split(separator: "\n").dropFirst(2)
        #expect(rows.count == 3)
        #expect(rows.allSatisfy { $0.contains("-  needs ") && $0.hasSuffix(" GB") })
        #expect(outcome.errorLines.last?.hasPrefix("0 runs done in ") == true)
        #expect(self.directory.read("shared.svg")?.contains("needs ") == true)
    }

    @Test("Ctrl-C stops in time, with what was measured", arguments: ["threading", "multiprocessing", "loky"])
    func interruption(backend: String) throws {
        let arguments = [
            "--shared", "--sizes", "8", "--jobs", "2", "--tasks", "10000", "--repeats", "1000", "--backend", backend,
        ]
        let run = try Program.speedup.start(arguments, in: self.directory, onTerminal: true)
        run.waitForTerminal(toShow: "8 MB, \(backend), automatic, weighed")
        let clock = ContinuousClock()
        let start = clock.now
        run.interrupt()
        let outcome = run.outcome()
        // The promise is one second; a machine that builds at the same time gets five.
        #expect(clock.now - start < .seconds(5))
        #expect(outcome.status == 130)
        #expect(outcome.error.contains("interrupted: 0 of "))
        #expect(outcome.output.isEmpty)
    }
    #endif

    static let wrongArguments: [[String]] = [
        ["--jobs", "1,2"], ["--jobs", "1...4"], ["--sizes", "1...11"], ["--sizes", "0"], ["--backend", "nope"],
        ["--output", "chart.png"], ["--from", "missing.csv"], ["--from", "bad.csv"],
        ["--from", "bad.csv", "--tasks", "2"],
    ]

    @Test("A wrong value gets one line on stderr and status 64", arguments: Self.wrongArguments)
    func wrongValue(_ arguments: [String]) throws {
        try self.directory.write("megabytes,backend\n8,loky\n".utf8, to: "bad.csv")
        let outcome = try Program.speedup.run(["--shared"] + arguments, in: self.directory)
        #expect(outcome.status == 64)
        #expect(outcome.output.isEmpty)
        #expect(outcome.error.hasPrefix("joblib-speedup: "))
        #expect(outcome.errorLines.count == 1)
        #expect(self.directory.read("shared.svg") == nil)
    }

    @Test("The times of the other experiment are refused with the way to draw them")
    func otherExperiment() throws {
        try self.directory.write(SharingTimesTests.times.csv.utf8, to: "shared.csv")
        try self.directory.write(TimesTests.times([(1, 1, 1)]).csv.utf8, to: "speedup.csv")
        let reason = "the times of the other experiment; draw them with joblib-speedup"
        for (wrong, right) in [
            (["--from", "shared.csv"], ["--shared", "--from", "shared.csv"]),
            (["--shared", "--from", "speedup.csv"], ["--from", "speedup.csv"]),
        ] {
            let refusal = try Program.speedup.run(wrong, in: self.directory)
            #expect(refusal.status == 64)
            #expect(refusal.error.contains("\(wrong.last ?? ""): \(reason) \(right.joined(separator: " "))"))
            let drawn = try Program.speedup.run(right, in: self.directory)
            #expect(drawn.status == 0)
        }
    }
}
