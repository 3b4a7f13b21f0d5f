// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import ClusterSimulation
import Testing

@Suite("Coordinators keep their promises")
struct SimulationTests {
    @Test("in schedules with all that can go wrong", .timeLimit(.minutes(5)))
    func schedules() {
        let survey = SimulationSurvey(seeds: 1..<1001)
        #expect(survey.failures.isEmpty, "\(survey)\n\(survey.story)")
    }

    /// What has found something once: see the tests of that name.
    @Test("in schedules in which they did not", arguments: [6870, 46_036] as [UInt64])
    func regressions(seed: UInt64) {
        let survey = SimulationSurvey(seeds: seed..<seed + 1)
        #expect(survey.failures.isEmpty, "\(survey)\n\(survey.story)")
    }

    @Test("A schedule depends on nothing but its seed")
    func determinism() {
        for seed: UInt64 in 1...20 {
            var one = Simulation(seed: seed, records: true)
            var other = Simulation(seed: seed, records: true)
            #expect(one.run().trace == other.run().trace)
        }
    }

    @Test("Schedules have all that they are there for")
    func coverage() {
        let tally = SimulationSurvey(seeds: 1..<501).tally
        let counts = [
            tally.joins, tally.departures, tally.losses, tally.silences, tally.exclusions, tally.failedSessions,
            tally.answers,
            tally.finished, tally.notBegun, tally.returned, tally.lost, tally.died, tally.cancels, tally.recalls,
            tally.secondRuns, tally.faults, tally.gaps, tally.refusals, tally.keptRefusals, tally.lateAnswers,
        ]
        #expect(!counts.contains(0), "\(tally)")
    }
}
