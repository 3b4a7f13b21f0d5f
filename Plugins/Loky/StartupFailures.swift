// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// What workers of a session that end before they have come up lead to: the decisions.
struct StartupFailures {
    enum Verdict {
        /// Another one takes its place.
        case replace

        /// The others do without it.
        case dropPlace

        /// No worker comes up.
        case giveUp
    }

    /// Why one has ended.
    enum Cause {
        /// By itself.
        case itself

        /// By somebody else's doing, which says little of the next.
        case outside

        /// The system had no thread or memory for it.
        case shortage
    }

    // Three in a row by themselves, or more by somebody else's doing.
    private static let limit = 18
    private static let ownWeight = 6

    /// Of what may be otherwise with the next: somebody else has ended it, or a thread of ours has taken what it wanted.
    private static let passingWeight = 2

    private var weight = 0

    /// Notes that a worker has come up.
    mutating func noteReadyWorker() { self.weight = 0 }

    /// Notes the end of one that had not.
    ///
    /// - Parameters:
    ///   - cause: Why it has ended.
    ///   - hasOthers: Whether another one is there, or is coming up.
    ///   - hasReadyOthers: Whether another one has come up.
    /// - Returns: What to do.
    mutating func note(_ cause: Cause, hasOthers: Bool, hasReadyOthers: Bool) -> Verdict {
        // A system that has no room for it now has none for the next.
        if cause == .shortage, hasOthers { return .dropPlace }
        self.weight += cause == .itself ? Self.ownWeight : Self.passingWeight
        guard self.weight >= Self.limit else { return .replace }
        guard hasReadyOthers else { return .giveUp }
        self.weight = 0
        return .dropPlace
    }
}
