// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX
import Synchronization

/// The CPUs that negative `nJobs` count from, remembered for a second.
///
/// Finding them out reads a dozen files, which takes longer than many a loop.
enum AvailableCPUs {
    private static let lifetime: UInt64 = 1_000_000_000

    private static let remembered = Mutex<(count: Int, until: UInt64)>((0, 0))

    static var count: Int {
        let now = MonotonicClock.now
        // In a forked child it may be locked for ever.
        if let (count, until) = self.remembered.withLockIfAvailable({ $0 }), now < until { return count }
        let fresh = CPUCount.available()
        _ = self.remembered.withLockIfAvailable { $0 = (fresh, now + self.lifetime) }
        return fresh
    }
}
