// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import joblib_speedup

@Suite("The chart of the experiment with one array")
struct SharingChartTests {
    /// The background and the three colours of the legend.
    private static let frameRectangles = 1 + Sharing.allCases.count

    @Test("A bar in both panels for each measurement with its value, and the reason where there is none")
    func bars() throws {
        let reader = try #require(ChartReader(svg: SharingTimesTests.times.svg))
        #expect(reader.elements["rect"] == Self.frameRectangles + 2 * 4)
        for text in ["Time, 64 MB", "Memory, 64 MB", "1.3 s", "250 ms", "192 MB", "threading", "loky"] {
            #expect(reader.texts.contains(text), "\(text)")
        }
        #expect(reader.texts.filter { $0 == "needs 2.5 GB" }.count == 2)
        // An interrupted run.
        #expect(reader.texts.filter { $0 == "not measured" }.count == 2)
        for sharing in Sharing.allCases { #expect(reader.texts.contains(sharing.legend)) }
    }

    @Test("The axes begin at 0 and hold what is largest", arguments: [1e-9, 0.004, 1, 77, 1e9])
    func anyTime(seconds: Double) throws {
        let times = SharingTimesTests.times([
            ("threading", .off, .measured(seconds: seconds, grownBytes: 0)),
            ("loky", .off, .measured(seconds: seconds / 1_000, grownBytes: 1 << 50)),
        ])
        try self.expectAllInside(times)
    }

    @Test("Up to ten sizes on five backends are inside, also where all were left out")
    func largest() throws {
        var times = SharingTimes(conditions: SharingTimesTests.conditions)
        for size in 1...SharingTimes.maximumSizeCount {
            for backend in 1...SharingTimes.maximumBackendCount {
                for sharing in Sharing.allCases {
                    let outcome: SharingMeasurement.Outcome =
                        size == 1 ? .skipped(neededBytes: 1 << 40) : .measured(seconds: 1, grownBytes: 1 << 30)
                    times.record(
                        SharingMeasurement(size: size, backend: "b\(backend)", sharing: sharing, outcome: outcome)
                    )
                }
            }
        }
        try self.expectAllInside(times)
    }

    private func expectAllInside(_ times: SharingTimes) throws {
        let reader = try #require(ChartReader(svg: times.svg))
        let measured = times.measurements.filter { $0.seconds != nil }.count
        #expect(reader.elements["rect"] == Self.frameRectangles + 2 * measured)
        let height = 160 + 360 * Double(times.sizes.count)
        for number in reader.numbers {
            let value = try #require(Double(number))
            #expect((0...max(1_000, height)).contains(value))
        }
    }
}
