// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX

/// Memory that a process has freed, and that its allocator keeps for what is allocated next.
///
/// Memory that the system hands out anew has to be cleared and mapped page by page, which takes about as long as to fill it: a
/// worker that gets one large array after another keeps the memory of the last. It gives it back once it has not needed it for
/// ten seconds.
public struct FreedMemory: Sendable {
    /// How workers are told to keep it; glibc's `GLIBC_TUNABLES`.
    ///
    /// Nothing is mapped by itself, which would be unmapped when it is freed, and nothing is given back unasked.
    public static let tunables =
        "glibc.malloc.hugetlb=1:glibc.malloc.mmap_max=0:glibc.malloc.trim_threshold=1152921504606846976"

    /// How many bytes are worth giving back.
    static let leastByteCount = 32 << 20

    /// For how long they are kept, in nanoseconds.
    public static let keepingTime: UInt64 = 10_000_000_000

    private var lastLook: UInt64 = 0

    /// Whether there was as much at the last look.
    private var wasMuch = false

    /// Begins with nothing known.
    public init() {}

    /// Decides whether to give memory back.
    ///
    /// What was freed for the whole of an interval may in truth have been used in between; it is given back all the same, at the price
    /// of clearing it once more, and once in that time at most.
    ///
    /// - Parameters:
    ///   - now: Nanoseconds of ``MonotonicClock``.
    ///   - freed: Counts the bytes that are kept, which takes microseconds.
    /// - Returns: Whether now is the time.
    mutating func isToBeReleased(now: UInt64, freed: () -> Int) -> Bool {
        guard now - min(now, self.lastLook) >= Self.keepingTime else { return false }
        self.lastLook = now
        let isMuch = freed() >= Self.leastByteCount
        defer { self.wasMuch = isMuch && !self.wasMuch }
        return isMuch && self.wasMuch
    }

    /// Gives memory back that was not needed for a while; to be called now and then.
    public mutating func releaseOld() {
        let isDue = self.isToBeReleased(now: MonotonicClock.now) { Int(clamping: joblib_freed_byte_count()) }
        if isDue { Self.release() }
    }

    /// Gives all of it back, malloc_trim(3).
    public static func release() { joblib_release_freed_memory() }
}
