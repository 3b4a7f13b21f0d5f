// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// The times and limits that a coordinator goes by; all times in nanoseconds.
package struct CoordinatorSettings: Equatable, Sendable {
    /// How often each side says that it is there.
    package var heartbeatInterval: UInt64 = 2_000_000_000

    /// How many intervals a host may be silent for.
    package var silentIntervals: UInt64 = 3

    /// How many batches a worker is given at once, from 1: as many short tasks as a network's time for there and back has room for.
    package var batchesAhead = 16

    /// For how long some may have nothing to do while others have more than they are at.
    package var evenAfter: UInt64 = 20_000_000

    /// For how much longer than the longest silence a host may have what it was given of a session that it has refused.
    ///
    /// It ends a task that nobody wants any more after two seconds.
    package var returnTime: UInt64 = 2_000_000_000

    /// How long a session waits for a host when there is none left, or none that it has not been refused by.
    package var patience: UInt64 = 60_000_000_000

    /// How often a host may be lost within the time of exclusion before it is excluded.
    package var largestLossCount = 3

    /// How often it may say what it had no business to say.
    package var largestFaultCount = 3

    /// How many batches a host may give back, one after the other, that it was not asked for; at least twice as many as it can have.
    ///
    /// One that does nothing else would keep a call busy for ever.
    package var largestReturnCount = 32

    /// For how long a host is excluded.
    package var exclusionTime: UInt64 = 600_000_000_000

    /// Which share of a call's batches must have ended before one is run a second time, and how many times their median it must take.
    package var speculationShare = 0.75
    package var speculationFactor = 2.0

    /// Makes the usual ones.
    package init() {}
}
