// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import joblib_speedup

@Suite("The chart")
struct SpeedupChartTests {
    static let shapes: [([Int], [Int])] = [
        (Array(stride(from: 5_000, through: 50_000, by: 5_000)), [1, 2]), ([10, 20, 30], Array(1...8)), ([7], [1]),
        ([7], [3, 9]), ([1, 1_000_000], [1, 1_024]), (Array(1...60), Array(1...60)),
    ]

    @Test(
        "Every chart is valid XML with a mark for each measurement in both panels, all inside",
        arguments: Self.shapes
    )
    func anyShape(sizes: [Int], jobs: [Int]) throws {
        let times = TimesTests.times(
            sizes.flatMap { size in
                jobs.map { (size, $0, Double(size * size) / Double(min($0, 4)) * 1e-9) }
            }
        )
        let reader = try #require(ChartReader(svg: times.svg))
        #expect(reader.elements["circle"] == 2 * sizes.count * jobs.count)
        for text in ["Time against nJobs", "Time against size"] {
            #expect(reader.texts.contains { $0.hasPrefix(text) })
        }
        for number in reader.numbers where !number.hasSuffix("%") {
            let value = try #require(Double(number))
            #expect((0...1_000).contains(value))
        }
    }

    @Test("A name of a backend that looks like markup is only text")
    func escaping() throws {
        var times = Times(conditions: Times.Conditions(tasks: 1, repeats: 1, backend: "</svg><a&\"'", cpus: 1))
        times.record(Measurement(size: 1, nJobs: 1, seconds: 1))
        let reader = try #require(ChartReader(svg: times.svg))
        #expect(reader.elements["a"] == nil)
        #expect(reader.texts.contains { $0.hasPrefix("</svg><a&\"' backend") })
        #expect(SVGDocument.escaped("a\u{1}b\nc") == "a\u{FFFD}b c")
    }

    @Test("Colours run through the ramp, the same for the same place")
    func colors() {
        #expect(ColorRamp.viridis.colors(2) == ["#440154", "#5ec962"])
        #expect(ColorRamp.viridis.colors(7)[3] == "#2c728e")
        #expect(Set(ColorRamp.plasma.colors(10)).count == 10)
    }
}
