// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Where, when and with what it was measured.
package struct RunDescription: Sendable {
    /// A peer that is not in the run, with the reason and the remedy.
    package struct Missing: Sendable {
        package let name: String
        package let reason: String
        package let remedy: String

        package init(name: String, reason: String, remedy: String) {
            self.name = name
            self.reason = reason
            self.remedy = remedy
        }
    }

    package let date: String
    package let machine: String
    package let versions: [String]
    package let rounds: Int

    /// How many samples were taken although something else was running.
    package let disturbedSamples: Int

    package let missing: [Missing]

    package init(
        date: String,
        machine: String,
        versions: [String],
        rounds: Int,
        disturbedSamples: Int,
        missing: [Missing]
    ) {
        self.date = date
        self.machine = machine
        self.versions = versions
        self.rounds = rounds
        self.disturbedSamples = disturbedSamples
        self.missing = missing
    }
}
