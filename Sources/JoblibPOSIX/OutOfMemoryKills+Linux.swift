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
public enum OutOfMemoryKills {
    private final class Counter: Sendable {
        let claims = Mutex(OutOfMemoryClaims(count: Int(joblib_out_of_memory_kills())))
    }

    private static let counter = PerProcess { Counter() }

    /// Notes how many there have been: what was not seen to be a child's a second later is nobody's.
    ///
    /// To be called now and then, and when a child is started.
    ///
    /// - Returns: How many.
    @discardableResult
    public static func observe() -> Int {
        let count = Int(joblib_out_of_memory_kills())
        self.counter.object.claims.withLock { $0.observe(count: count, now: MonotonicClock.now) }
        return count
    }

    /// Takes one of them for the death of a child that SIGKILL has ended.
    ///
    /// - Parameter countAtStart: How many there had been when the child was started.
    /// - Returns: What is known of it; `nil` when there has been none that is not taken.
    static func claim(countAtStart: Int) -> MemoryShortage? {
        let count = Int(joblib_out_of_memory_kills())
        let isTaken = self.counter.object.claims.withLock {
            $0.take(count: count, countAtStart: countAtStart, now: MonotonicClock.now)
        }
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

    /// Takes in how many there have been.
    ///
    /// - Parameters:
    ///   - count: How many.
    ///   - now: Nanoseconds of a clock that is not set.
    mutating func observe(count: Int, now: UInt64) {
        guard count > self.seen else { return }
        // What is older is not that of one that is only found dead now.
        self.untaken = count - self.seen + (now - self.seenAt < Self.period ? self.untaken : 0)
        self.seen = count
        self.seenAt = now
    }

    /// Takes a kill for the death of a child, if there is one.
    ///
    /// - Parameters:
    ///   - count: How many there have been.
    ///   - countAtStart: How many there had been when the child was started.
    ///   - now: Nanoseconds of a clock that is not set.
    /// - Returns: Whether there was.
    mutating func take(count: Int, countAtStart: Int, now: UInt64) -> Bool {
        self.observe(count: count, now: now)
        guard count > countAtStart, self.untaken > 0, now - self.seenAt < Self.period else { return false }
        self.untaken -= 1
        return true
    }
}
