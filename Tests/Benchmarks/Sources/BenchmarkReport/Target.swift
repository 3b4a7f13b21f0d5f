// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// What a case is asked to be: a figure, read against those of peers on the machine where it was set.
package struct Target: Sendable {
    /// A peer, and its figure where the target was set.
    package struct Reference: Sendable {
        /// What the limit of the machine is called, where that is what counts.
        package static let limit = "the limit"

        package let name: String
        package let figure: Double

        package init(_ name: String, _ figure: Double) {
            self.name = name
            self.figure = figure
        }
    }

    /// What a peer cannot give, so that the number itself is asked for.
    package enum Condition: Sendable {
        /// No worse than the references, scaled: the ratios to them are what counts.
        case ratio

        /// The figure, whatever the machine.
        case absolute
    }

    package let caseID: String

    /// What of ours is asked.
    package let api: String

    /// The name of our contender.
    package let contender: String

    /// The figure that is asked for, in the unit of the case.
    package let asked: Double

    package let condition: Condition

    /// The peers that it is read against, each of them; none is the best peer of the run, whose figure counts as 1.
    package let references: [Reference]

    /// Whether it must be better than every peer as well.
    package let beatsEveryPeer: Bool

    /// The most that memory may grow.
    package let growth: Int?

    package init(
        _ caseID: String,
        _ api: String,
        on backend: String = "threading",
        asked: Double,
        _ condition: Condition = .ratio,
        references: [Reference] = [],
        beatsEveryPeer: Bool = false,
        growth: Int? = nil
    ) {
        self.caseID = caseID
        self.api = api
        self.contender = "swift-joblib \(backend)"
        self.asked = asked
        self.condition = condition
        self.references = references
        self.beatsEveryPeer = beatsEveryPeer
        self.growth = growth
    }

    /// Whether what is asked for is a multiple of what others have, and no figure.
    package var asksForRatio: Bool {
        self.condition == .ratio && self.references.allSatisfy { $0.figure == 1 }
    }

    /// What says on which backend, if it is not the default.
    package var backendNote: String {
        let backend = self.contender.dropFirst("swift-joblib ".count)
        return backend == "threading" ? "" : ", \(backend)"
    }
}
