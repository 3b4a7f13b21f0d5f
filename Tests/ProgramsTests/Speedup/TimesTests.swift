// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import joblib_speedup

@Suite("Times")
struct TimesTests {
    static let conditions = Times.Conditions(tasks: 8, repeats: 2, backend: "threading", cpus: 2)
    static let header = "size,nJobs,seconds,tasks,repeats,backend,cpus"

    static func times(_ measurements: [(Int, Int, Double)]) -> Times {
        var times = Times(conditions: Self.conditions)
        for (size, nJobs, seconds) in measurements {
            times.record(Measurement(size: size, nJobs: nJobs, seconds: seconds))
        }
        return times
    }

    @Test("The table has the speed-up over the smallest nJobs, and the efficiency")
    func table() {
        let times = Self.times([(100, 1, 2), (100, 2, 1), (100, 4, 1), (20_000, 2, 3)])
        #expect(
            TimesTable(times: times).description == """
                Convolution in 8 tasks, threading backend, 2 CPUs, best of 2 runs; speed-up over nJobs 1
                 size  nJobs  seconds  speed-up  efficiency
                  100      1   2.0000      1.00        100%
                  100      2   1.0000      2.00        100%
                  100      4   1.0000      2.00         50%
                20000      2   3.0000         -           -

                """
        )
    }

    @Test("Without nJobs 1 the smallest measured one counts as fully efficient")
    func baseline() {
        let times = Self.times([(1, 2, 4), (1, 4, 2)])
        #expect(times.baseline == 2)
        #expect(times.measurements.map(times.efficiency) == [1, 1])
    }

    @Test("A second measurement of the same pair replaces the first")
    func replacement() {
        #expect(Self.times([(1, 1, 2), (1, 1, 1)]) == Self.times([(1, 1, 1)]))
    }

    @Test("Times survive a round trip through CSV")
    func roundTrip() throws {
        var times = Self.times([(5_000, 1, 0.125), (5_000, 2, 0.0625), (10_000, 1, 123.456789)])
        #expect(try Times(csv: times.csv) == times)
        times = Times(conditions: Times.Conditions(tasks: 1, repeats: 1, backend: "my, \"own\"", cpus: 64))
        times.record(Measurement(size: 1, nJobs: 1, seconds: 1))
        #expect(try Times(csv: times.csv) == times)
    }

    @Test("CSV from elsewhere may have CRLF, a byte order mark, blank lines, quotes and other columns in any order")
    func foreign() throws {
        let csv =
            "\u{FEFF}note,\"size\", nJobs,seconds,tasks,cpus,repeats,backend\r\n\r\nx, 7 ,1,\"0.5\",8,2,2,threading\r\n"
        #expect(try Times(csv: csv) == Self.times([(7, 1, 0.5)]))
    }

    static let broken: [(String, Int, String)] = [
        ("", 1, "no times in the file"),
        (Self.header + "\n", 2, "no times in the file"),
        ("size,nJobs\n1,1\n", 1, "no column 'seconds' in the header"),
        ("size,size,nJobs", 1, "column 'size' occurs twice"),
        (Self.header + "\n5,1", 2, "no value for 'repeats'"),
        (Self.header + "\n\n5,1,x,8,2,t,2", 3, "seconds 'x' is not a number of seconds"),
        (Self.header + "\n5,1,nan,8,2,t,2", 2, "seconds 'nan' is not a number of seconds"),
        (Self.header + "\n5,1,inf,8,2,t,2", 2, "seconds 'inf' is not a number of seconds"),
        (Self.header + "\n5,1,-1,8,2,t,2", 2, "seconds '-1' is not a number of seconds"),
        (Self.header + "\n5,1,0,8,2,t,2", 2, "seconds '0' is not a number of seconds"),
        (Self.header + "\n0,1,1,8,2,t,2", 2, "size '0' is not a whole number from 1 to 1000000000"),
        (Self.header + "\n5,1e9,1,8,2,t,2", 2, "nJobs '1e9' is not a whole number from 1 to 1000000"),
        (Self.header + "\n5,1,1,8,2,,2", 2, "backend '' is not the name of a backend"),
        (Self.header + "\n5,1,1,8,2,t,2\n5,1,2,8,2,t,2", 3, "size 5 with nJobs 1 occurs twice"),
        (
            Self.header + "\n5,1,1,8,2,t,2\n5,2,2,9,2,t,2", 3,
            "tasks, repeats, backend or cpus differ from the rows above"
        ),
        (Self.header + "\n5,1,\"1,8,2,t,2", 2, "a quote is not closed, or stands inside a field"),
        (Self.header + "\n5,1,\"1\"0,8,2,t,2", 2, "a quote is not closed, or stands inside a field"),
    ]

    @Test("A broken file is told its line and what is wrong there", arguments: Self.broken)
    func malformed(csv: String, line: Int, reason: String) {
        // The order of the checks is not the point where several columns are missing.
        #expect { try Times(csv: csv) } throws: { error in
            guard let error = error as? CSVError, error.line == line else { return false }
            return error.reason == reason || (reason.hasPrefix("no value") && error.reason.hasPrefix("no value"))
        }
    }

    @Test("A file of too many rows is refused")
    func tooManyRows() {
        let rows = (1...Times.maximumRowCount + 1).map { "\($0),1,1,8,2,t,2" }
        #expect(throws: CSVError(line: Times.maximumRowCount + 2, reason: "more than 10000 rows")) {
            try Times(csv: ([Self.header] + rows).joined(separator: "\n"))
        }
    }
}
