// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Many schedules, and the ones among them that fail.
package struct SimulationSurvey: CustomStringConvertible {
    private static let largestFailureCount = 20

    package private(set) var count = 0
    package private(set) var failures: [SimulationOutcome] = []
    package private(set) var tally = SimulationTally()

    /// Runs the schedules of the seeds, until some have failed.
    package init(seeds: Range<UInt64>) {
        for seed in seeds {
            var simulation = Simulation(seed: seed)
            let outcome = simulation.run()
            self.count += 1
            self.tally.add(outcome.tally)
            guard outcome.complaint != nil else { continue }
            self.failures.append(outcome)
            guard self.failures.count < Self.largestFailureCount else { return }
        }
    }

    package var description: String {
        let failures = self.failures.map { "\nseed \($0.seed): \($0.complaint ?? "")" }.joined()
        return "\(self.count) schedules, \(self.failures.count) failed\n\(self.tally)\(failures)"
    }

    /// What has happened in the shortest schedule that fails.
    package var story: String {
        guard let shortest = self.failures.min(by: { $0.tally.events < $1.tally.events }) else { return "" }
        var simulation = Simulation(seed: shortest.seed, records: true)
        let outcome = simulation.run()
        return (["seed \(outcome.seed):"] + outcome.trace).joined(separator: "\n")
    }
}
