// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import joblib_speedup

@Suite("Times of the experiment with one array")
struct SharingTimesTests {
    static let conditions = SharingTimes.Conditions(tasks: 8, repeats: 2, nJobs: 2, cpus: 2)
    static let header = "megabytes,backend,sharing,seconds,grownBytes,neededBytes,tasks,repeats,nJobs,cpus"

    /// Times as they might be: two backends, of one of which a step was left out.
    static let times = Self.times([
        ("threading", .automatic, .measured(seconds: 0.5, grownBytes: 0)),
        ("threading", .off, .measured(seconds: 0.5, grownBytes: 1 << 19)),
        ("loky", .automatic, .measured(seconds: 1.25, grownBytes: 192 << 20)),
        ("loky", .off, .skipped(neededBytes: 5 << 29)),
        ("loky", .sharedArray, .measured(seconds: 0.25, grownBytes: 1 << 20)),
    ])

    static func times(
        size: Int = 64,
        _ measurements: [(String, Sharing, SharingMeasurement.Outcome)]
    ) -> SharingTimes {
        var times = SharingTimes(conditions: Self.conditions)
        for (backend, sharing, outcome) in measurements {
            times.record(SharingMeasurement(size: size, backend: backend, sharing: sharing, outcome: outcome))
        }
        return times
    }

    @Test("The table compares with threading, and says what a step would have needed that was left out")
    func table() {
        #expect(
            Self.times.table == """
                Sum of one array in each of 8 tasks, nJobs 2, 2 CPUs, best of 2 runs; \
                memory: the peak of other runs, above what there was
                 size    backend      sharing  seconds  of threading's  memory grown
                64 MB  threading    automatic   0.5000           1.00×        0.0 MB
                64 MB  threading          off   0.5000           1.00×        0.5 MB
                64 MB       loky    automatic   1.2500           2.50×      192.0 MB
                64 MB       loky          off        -               -  needs 2.5 GB
                64 MB       loky  SharedArray   0.2500               -        1.0 MB

                """
        )
    }

    @Test("A second measurement of the same array, backend and way replaces the first")
    func replacement() {
        let better = SharingMeasurement.Outcome.measured(seconds: 1, grownBytes: 0)
        #expect(
            Self.times([("loky", .off, .measured(seconds: 2, grownBytes: 0)), ("loky", .off, better)])
                == Self.times([("loky", .off, better)])
        )
    }

    @Test("Times survive a round trip through CSV, with what was left out")
    func roundTrip() throws {
        #expect(Self.times.csv.split(separator: "\n").first.map(String.init) == Self.header)
        #expect(Self.times.csv.contains("\n64,loky,off,,,2684354560,8,2,2,2\n"))
        #expect(try SharingTimes(csv: Self.times.csv) == Self.times)
        let foreign = Self.times([("my, \"own\"", .off, .measured(seconds: 1, grownBytes: 7))])
        #expect(try SharingTimes(csv: foreign.csv) == foreign)
    }

    @Test("The header tells the files of the two experiments apart")
    func kinds() {
        let convolutions = TimesTests.times([(1, 1, 1)]).csv
        #expect(SharingTimes.areNamed(inHeaderOf: Self.times.csv) && !Times.areNamed(inHeaderOf: Self.times.csv))
        #expect(Times.areNamed(inHeaderOf: convolutions) && !SharingTimes.areNamed(inHeaderOf: convolutions))
    }

    static let broken: [(String, Int, String)] = [
        ("", 1, "no times in the file"),
        ("megabytes,backend\n8,loky\n", 1, "no column 'sharing' in the header"),
        (Self.header + "\n0,t,off,1,0,,8,2,2,2", 2, "megabytes '0' is not a whole number from 1 to 1000000"),
        (
            Self.header + "\n8,t,some,1,0,,8,2,2,2", 2,
            "sharing 'some' is not one of automatic, off, SharedArray"
        ),
        (Self.header + "\n8,t,off,,0,,8,2,2,2", 2, "seconds '' is not a number of seconds"),
        (
            Self.header + "\n8,t,off,1,-1,,8,2,2,2", 2,
            "grownBytes '-1' is not a whole number from 0 to 1152921504606846976"
        ),
        (Self.header + "\n8,t,off,1,0,5,8,2,2,2", 2, "neededBytes '5' is not empty, although there is a time"),
        (Self.header + "\n8,t,off,1,0,,8,2,2,2\n8,t,off,1,0,,8,2,2,2", 3, "8 MB on t with sharing off occurs twice"),
        (
            Self.header + "\n8,t,off,1,0,,8,2,2,2\n8,u,off,1,0,,8,2,3,2", 3,
            "tasks, repeats, nJobs or cpus differ from the rows above"
        ),
    ]

    @Test("A broken file is told its line and what is wrong there", arguments: Self.broken)
    func malformed(csv: String, line: Int, reason: String) {
        #expect(throws: CSVError(line: line, reason: reason)) { try SharingTimes(csv: csv) }
    }

    @Test("A file with more than a chart has room for is refused")
    func tooMuch() {
        let sizes = (1...11).map { "\($0),t,off,1,0,,8,2,2,2" }
        #expect(throws: CSVError(line: 12, reason: "more than 10 sizes")) {
            try SharingTimes(csv: ([Self.header] + sizes).joined(separator: "\n"))
        }
        let backends = (1...6).map { "8,t\($0),off,1,0,,8,2,2,2" }
        #expect(throws: CSVError(line: 7, reason: "more than 5 backends")) {
            try SharingTimes(csv: ([Self.header] + backends).joined(separator: "\n"))
        }
    }
}
