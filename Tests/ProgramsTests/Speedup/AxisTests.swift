// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import joblib_speedup

@Suite("Axes of the chart")
struct AxisTests {
    @Test("Linear ticks are round and end inside the domain")
    func linearTicks() {
        #expect(AxisTicks.linear(0...50_000, count: 6) == [0, 10_000, 20_000, 30_000, 40_000, 50_000])
        #expect(AxisTicks.linear(0...0.3, count: 4) == [0, 0.1, 0.2, 0.3])
        #expect(AxisTicks.linear(0...7, count: 6) == [0, 2, 4, 6])
        #expect(AxisTicks.linear(3...3, count: 6) == [3])
    }

    @Test("Logarithmic ticks thin out as the domain grows")
    func logarithmicTicks() {
        #expect(AxisTicks.logarithmic(0.009...0.6, count: 10) == [0.01, 0.02, 0.05, 0.1, 0.2, 0.5])
        #expect(AxisTicks.logarithmic(0.001...1_000, count: 10) == [0.001, 0.01, 0.1, 1, 10, 100, 1_000])
        #expect(AxisTicks.logarithmic(1e-9...1e9, count: 10).count <= 10)
    }

    @Test("Every domain that a file of times can ask for has ticks", arguments: [1e-9, 3e-5, 0.7, 1, 123, 1e9])
    func ticksOfAnySize(value: Double) {
        let domain = AxisScale.logarithmicDomain(holding: [value])
        #expect(domain.contains(value))
        #expect((1...10).contains(AxisTicks.logarithmic(domain, count: 10).count))
        let end = AxisTicks.upperEnd(value, count: 6)
        #expect(end >= value * 0.99)
        #expect((2...7).contains(AxisTicks.linear(0...end, count: 6).count))
    }

    @Test("The ends of a domain lie at the ends of the axis, and a single value in the middle")
    func positions() {
        let linear = AxisScale(kind: .linear, domain: 0...10, start: 100, end: 0)
        #expect([0, 5, 10].map(linear.position) == [100, 50, 0])
        let logarithmic = AxisScale(kind: .logarithmic, domain: 1...100, start: 0, end: 10)
        #expect([1, 10, 100].map(logarithmic.position) == [0, 5, 10])
        #expect(AxisScale(kind: .logarithmic, domain: 2...2, start: 0, end: 10).position(2) == 5)
    }

    @Test("Labels of crowded values keep the ends and the powers of two")
    func spacedLabels() {
        let scale = AxisScale(kind: .logarithmic, domain: 1...64, start: 0, end: 126)
        let kept = AxisTicks.spaced(Array(1...64), on: scale, minimumDistance: 20)
        #expect(kept == [1, 2, 4, 8, 16, 32, 64])
    }

    @Test("Names beside the lines do not touch, and stay in order and inside")
    func labelPlaces() {
        #expect(LabelColumn.places([10, 50, 90], spacing: 10, in: 0...100) == [10, 50, 90])
        #expect(LabelColumn.places([50, 50, 50], spacing: 10, in: 0...100) == [40, 50, 60])
        #expect(LabelColumn.places([98, 99, 100], spacing: 10, in: 0...100) == [80, 90, 100])
        #expect(LabelColumn.places([0, 0], spacing: 10, in: 0...100) == [0, 10])
        #expect(LabelColumn.places([60, 40], spacing: 10, in: 0...100) == [45, 55])
        #expect(LabelColumn.places([], spacing: 10, in: 0...100).isEmpty)
    }

    @Test("If there is no room for all names, the first and the last remain")
    func thinnedLabels() {
        #expect(LabelColumn.shown(count: 3, spacing: 10, in: 0...100) == [0, 1, 2])
        let shown = LabelColumn.shown(count: 100, spacing: 10, in: 0...100)
        #expect(shown.count == 11)
        #expect(shown.first == 0 && shown.last == 99)
    }
}
