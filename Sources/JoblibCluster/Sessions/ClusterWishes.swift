// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCore

/// A batch that was handed in and is not complete.
///
/// An object, so that to look one up touches one counter of references, which another processor has just had.
final class HeldBatch: Sendable {
    let batch: Batch

    /// Where it goes what is said of it.
    let results: ResultQueue

    /// What it refers to.
    let arrays: [HostArray]

    init(_ batch: Batch, _ results: ResultQueue, _ arrays: [HostArray]) {
        self.batch = batch
        self.results = results
        self.arrays = arrays
    }
}

/// What a thread that uses a cluster wants of its driver.
enum ClusterWish {
    case open(ClusterSession, SessionWishes)
    case submit(ClusterSession, HeldBatch)
    case cancel(ClusterSession, CallID)
    case close(ClusterSession)
    case forget(array: UInt64)
}

/// What is wanted and not done, in the order in which it was asked for; decides when the driver looks.
///
/// To have it look costs more than what it does then. So where several wishes have come together it looks again a little later by itself,
/// and whoever hands in a thousand batches in a row has it woken for the first.
struct ClusterWishes {
    /// How long that is, in nanoseconds.
    static let gatheringTime: UInt64 = 100_000

    private var list: [ClusterWish] = []

    /// Whether the driver is going to look.
    private var areExpected = false

    /// Adds one.
    ///
    /// - Returns: Whether the driver has to be told to look.
    mutating func add(_ wish: ClusterWish) -> Bool {
        self.list.append(wish)
        defer { self.areExpected = true }
        return !self.areExpected
    }

    /// Takes all of them.
    ///
    /// - Returns: Them, and whether to look again after ``gatheringTime``.
    mutating func take() -> (list: [ClusterWish], mustLookAgain: Bool) {
        self.areExpected = self.list.count > 1
        defer { self.list = [] }
        return (self.list, self.areExpected)
    }
}
