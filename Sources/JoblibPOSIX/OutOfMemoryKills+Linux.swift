// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX
internal import Synchronization

/// What is known of the want of memory for which the kernel has killed a process.
public struct MemoryShortage: Sendable, Hashable {
    /// How many bytes the processes of its control group may have together; `nil` where that is not limited.
    public let limit: Int?
}

/// How often the kernel has killed a process of this one's control group for want of memory.
///
/// It keeps no record for each process, but counts before it kills: whoever finds a child dead finds the count advanced.
enum OutOfMemoryKills {
    private final class Counter: Sendable {
        let claims = Mutex(OutOfMemoryClaims(count: Int(joblib_out_of_memory_kills())))
    }

    private static let counter = PerProcess { Counter() }

    /// Notes how many there have been before.
    static func remember() { _ = self.counter.object }

    /// Takes one of them for the death of a child that SIGKILL has ended.
    ///
    /// - Returns: What is known of it; `nil` when there has been none that is not taken.
    static func claim() -> MemoryShortage? {
        let count = Int(joblib_out_of_memory_kills())
        let isTaken = self.counter.object.claims.withLock { $0.take(count: count, now: MonotonicClock.now) }
        guard isTaken else { return nil }
        let limit = joblib_memory_limit()
        return MemoryShortage(limit: limit < 0 ? nil : Int(limit))
    }
}

/// Which of the kernel's kills are taken for the deaths of children: the decisions.
struct OutOfMemoryClaims: Sendable {
    /// For how long a kill is a child's that was not seen to be anybody's, in nanoseconds.
    private static let period: UInt64 = 1_000_000_000

    private var seen: Int
    private var untaken = 0
    private var seenAt: UInt64 = 0

    init(count: Int) {
        self.seen = count
    }

    /// Takes a kill, if there is one.
    ///
    /// - Parameters:
    ///   - count: How many there have been.
    ///   - now: Nanoseconds of a clock that is not set.
    /// - Returns: Whether there was.
    mutating func take(count: Int, now: UInt64) -> Bool {
        if count > self.seen {
            // What is older is not that of one that is only found dead now.
            self.untaken = count - self.seen + (now - self.seenAt < Self.period ? self.untaken : 0)
            self.seen = count
            self.seenAt = now
        }
        guard self.untaken > 0, now - self.seenAt < Self.period else { return false }
        self.untaken -= 1
        return true
    }
}
