// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

package import JoblibCore
import JoblibPOSIX
import Synchronization

// How calls wait for hosts; on any thread.

extension ClusterDriver {
    /// How many workers there are, once there are enough.
    ///
    /// - Parameters:
    ///   - count: How many have to be there.
    ///   - limit: How long that is, for people.
    ///   - deadline: Until when, in nanoseconds of the monotonic clock.
    ///   - isHopeless: Why none will come, if that is known; asked again after ``noteChange()``.
    ///   - explain: Why others are not there, where that is known.
    /// - Returns: How many there are.
    /// - Throws: `ParallelError` `.noWorkers`, which says how many came.
    package func waitForWorkers(
        atLeast count: Int,
        within limit: Duration,
        until deadline: UInt64,
        isHopeless: () -> ParallelError?,
        explain: () -> [String]
    ) throws(ParallelError) -> Int {
        while true {
            let seen = self.hostChange.count
            let slots = self.slots.load(ordering: .relaxed)
            if slots >= count { return slots }
            if slots == 0, let error = isHopeless() { throw error }
            guard self.hostChange.wait(while: seen, until: deadline) else {
                throw .tooFewWorkers(wanted: count, came: slots, within: limit, because: explain())
            }
        }
    }

    /// Has those look again who wait for workers.
    package func noteChange() { self.hostChange.advance() }

    /// A copy that the program has forked has none of the parent's threads, and must not talk with its hosts.
    func refuseInCopy() throws(ParallelError) {
        guard self.isCopy else { return }
        throw ParallelError(
            .poolUnhealthy,
            "a process that was forked cannot use its parent's session with other hosts; open another one"
        )
    }
}
