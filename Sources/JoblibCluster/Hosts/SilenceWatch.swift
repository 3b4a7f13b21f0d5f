// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Whether whoever is at the other end has been silent for too long; a pure machine, all times in nanoseconds of one clock.
///
/// It says when to look next, and that is the very moment at which three intervals of silence are over: looking once an interval would
/// find out up to one interval late.
package struct SilenceWatch: Sendable {
    /// How many intervals of silence are too many.
    package static let largestCount: UInt64 = 3

    /// How often the other end says that it is there.
    package private(set) var interval: UInt64

    private var lastHeard: UInt64

    /// When it was to be looked at next.
    private var plannedTime: UInt64

    /// Begins as if something had just been heard.
    package init(interval: UInt64, at now: UInt64) {
        self.interval = interval
        self.lastHeard = now
        self.plannedTime = now &+ Self.largestCount * interval
    }

    package mutating func hear(at now: UInt64) { self.lastHeard = now }

    /// The other end says how often it will be heard from now on.
    package mutating func adopt(interval: UInt64, at now: UInt64) {
        self.interval = interval
        self.lastHeard = now
        self.plannedTime = now &+ self.longestSilence
    }

    /// After how much silence it is over.
    package var longestSilence: UInt64 { Self.largestCount * self.interval }

    /// Looks.
    ///
    /// - Returns: When to look again; `nil`: it has been silent for too long.
    package mutating func look(at now: UInt64) -> UInt64? {
        // A process that was stopped for a while, or a machine that was asleep, has missed what was said.
        if now > self.plannedTime &+ self.interval { self.lastHeard = now }
        let end = self.lastHeard &+ self.longestSilence
        guard now < end else { return nil }
        self.plannedTime = end
        return end
    }
}
