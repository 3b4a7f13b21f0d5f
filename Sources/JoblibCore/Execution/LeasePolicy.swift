// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// How much one worker leases and claims, where no size is asked for.
struct LeasePolicy {
    /// For how many microseconds of work it makes no difference who does it.
    private static let negligible: UInt64 = 4

    let workers: Int

    /// The most positions in a claim.
    let largestClaim: Int

    /// The positions of the last claim, and when it was made.
    private var lastClaim = 0
    private var lastTicks: UInt64 = 0

    /// How many positions are known to take next to no time.
    private var negligibleCount = 0

    init(_ partition: Partition) {
        self.workers = partition.workers
        self.largestClaim = partition.largestSize
    }

    /// Notes that something is about to be claimed, what was claimed before being done.
    ///
    /// - Parameters:
    ///   - now: A count of ticks.
    ///   - ticksPerMicrosecond: How many there are in a microsecond.
    mutating func willClaim(now: UInt64, ticksPerMicrosecond: UInt64) {
        // A difference that wraps around, or between two processors, counts as long.
        let elapsed = max(now &- self.lastTicks, 1)
        let limit = Self.negligible * ticksPerMicrosecond
        self.negligibleCount = elapsed > limit ? 0 : Int(UInt64(min(self.lastClaim, 1 << 20)) * limit / elapsed)
        self.lastTicks = now
    }

    /// Notes how many positions were claimed.
    mutating func didClaim(_ count: Int) { self.lastClaim = count }

    /// How many positions to lease, of those that nobody has had.
    func lease(of remaining: Int) -> Int {
        max(1, remaining / self.workers, min(self.negligibleCount, remaining))
    }

    /// How many positions of a lease to claim at once: few enough that the rest can still be stolen.
    func claim(of leased: Int) -> Int {
        min(max(1, leased / 4, min(self.negligibleCount, leased)), self.largestClaim)
    }

    /// How many positions to take at once where there is no lease: large parts first, small ones at the tail.
    func claim(ofUnleased remaining: Int) -> Int {
        min(max(1, remaining / 2 / self.workers), self.largestClaim)
    }
}
