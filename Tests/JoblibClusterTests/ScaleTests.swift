// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import ClusterSimulation
import Testing

@Suite(.timeLimit(.minutes(1)))
struct ScaleTests {
    @Test("A schedule that is let happen again finishes every task of every worker", arguments: [1, 7, 100])
    func replay(workers: Int) {
        let schedule = ScaleSchedule(workers: workers, rounds: 5)
        #expect(schedule.taskCount == 5 * workers)
        for _ in 0..<2 { #expect(schedule.replay().finishedCount == schedule.taskCount) }
    }

    @Test("Every size is measured as often as the others, and those after the first are compared with it")
    func rows() {
        let measurement = ScaleMeasurement([2, 20], rounds: 3, repetitions: 4)
        #expect(measurement.rows.map(\.workers) == [2, 20])
        #expect(measurement.rows.allSatisfy { $0.samples.count == 4 && $0.median > 0 })
        let lines = measurement.description.split(separator: "\n")
        #expect(lines.count == 2 && !lines[0].contains("times") && lines[1].hasSuffix("times as much as with 2"))
    }
}
