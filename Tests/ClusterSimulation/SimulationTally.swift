// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// How much of what has happened in schedules.
package struct SimulationTally: Equatable, Sendable {
    package var events = 0
    package var joins = 0
    package var departures = 0
    package var losses = 0
    package var silences = 0
    package var exclusions = 0
    package var failedSessions = 0
    package var answers = 0
    package var finished = 0
    package var notBegun = 0
    package var returned = 0
    package var lost = 0
    package var died = 0
    package var cancels = 0
    package var recalls = 0
    package var secondRuns = 0
    package var faults = 0
    package var gaps = 0
    package var refusals = 0
    package var keptRefusals = 0
    package var lateAnswers = 0

    package init() {}

    package mutating func add(_ other: SimulationTally) {
        self.events += other.events
        self.joins += other.joins
        self.departures += other.departures
        self.losses += other.losses
        self.silences += other.silences
        self.exclusions += other.exclusions
        self.failedSessions += other.failedSessions
        self.answers += other.answers
        self.finished += other.finished
        self.notBegun += other.notBegun
        self.returned += other.returned
        self.lost += other.lost
        self.died += other.died
        self.cancels += other.cancels
        self.recalls += other.recalls
        self.secondRuns += other.secondRuns
        self.faults += other.faults
        self.gaps += other.gaps
        self.refusals += other.refusals
        self.keptRefusals += other.keptRefusals
        self.lateAnswers += other.lateAnswers
    }
}

extension SimulationTally: CustomStringConvertible {
    package var description: String {
        """
        \(self.events) events: hosts joined \(self.joins), left \(self.departures), lost \(self.losses) \
        (silent \(self.silences), excluded \(self.exclusions)), faults \(self.faults), gaps \(self.gaps)
        batches: finished \(self.finished), not begun \(self.notBegun), returned \(self.returned), lost \(self.lost), \
        died \(self.died), run twice \(self.secondRuns); answers \(self.answers), cancels \(self.cancels), \
        recalls \(self.recalls), failed sessions \(self.failedSessions)
        refusals \(self.refusals), whose batches were kept \(self.keptRefusals), and answered late \(self.lateAnswers)
        """
    }
}
