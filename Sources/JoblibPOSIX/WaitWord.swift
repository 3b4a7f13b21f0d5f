// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX

/// A counter that threads can sleep on until it moves.
///
/// The count is the whole truth: a waiter returns when it differs from the one it names, however often it was woken in
/// between. Built on futex(2). The system is called only when somebody sleeps.
@safe
public final class WaitWord: Sendable {
    // Bit 0: somebody sleeps. The bits above: the count.
    //
    // SAFETY: inside of `storage`, and touched only through C atomics.
    private nonisolated(unsafe) let word: UnsafeMutablePointer<UInt32>

    // SAFETY: allocated in init, freed in deinit, and not touched in between but through `word`.
    private nonisolated(unsafe) let storage: UnsafeMutableRawPointer?

    /// Memory that other processes see as well, which `word` is in; `nil` for a counter of this process alone.
    private let memory: SharedMemoryFile?

    /// Makes a counter that stands at 0.
    public init() {
        // A cache line of its own: a spinning reader must not slow the writer of something else. Found inside of more than
        // is needed, since memory of an alignment beyond the usual takes several times as long to allocate.
        let storage = UnsafeMutableRawPointer.allocate(byteCount: 128, alignment: 16)
        let line = unsafe storage.alignedUp(toMultipleOf: 64)
        unsafe self.word = line.initializeMemory(as: UInt32.self, repeating: 0, count: 1)
        unsafe self.storage = storage
        self.memory = nil
    }

    /// Makes a counter of one that other processes count and wait for as well.
    ///
    /// - Parameters:
    ///   - memory: Where it is, 0 at first.
    ///   - offset: How far from the beginning, a multiple of 4.
    public init(in memory: SharedMemoryFile, at offset: Int) {
        precondition(offset >= 0 && offset % 4 == 0 && offset + 4 <= memory.byteCount)
        unsafe self.word = (memory.start + offset).assumingMemoryBound(to: UInt32.self)
        unsafe self.storage = nil
        self.memory = memory
    }

    deinit {
        unsafe self.storage?.deallocate()
    }

    private var isShared: Int32 { self.memory == nil ? 0 : 1 }

    /// The count; what was written before it moved is visible (acquire).
    public var count: UInt32 { unsafe joblib_word_load(self.word) >> 1 }

    /// Moves the count on, wrapping around, and wakes every sleeper (release).
    public func advance() {
        while true {
            let old = unsafe joblib_word_load(self.word)
            let new = (old & ~1) &+ 2
            guard unsafe joblib_word_compare_exchange(self.word, old, new) != 0 else { continue }
            if old & 1 != 0 { unsafe joblib_futex_wake(self.word, Int32.max, self.isShared) }
            return
        }
    }

    /// Waits while the count is the given one: spins first, then sleeps.
    ///
    /// - Parameters:
    ///   - count: The count to wait out.
    ///   - spins: How often to look before sleeping; one look costs 20 to 50 ns.
    ///   - deadline: Nanoseconds of ``MonotonicClock``; `nil` waits without limit.
    /// - Returns: Whether the count moved; `false` means that the deadline passed.
    @discardableResult
    public func wait(while count: UInt32, spins: Int = 0, until deadline: UInt64? = nil) -> Bool {
        for spin in 1...max(spins, 1) where spins > 0 {
            if self.count != count { return true }
            // Whoever is to move the count may be waiting for this very processor.
            if spin % 256 == 0 { joblib_yield() } else { joblib_spin_hint() }
        }
        // A loop: futex(2) may return for no reason at all.
        while true {
            let seen = unsafe joblib_word_load(self.word)
            guard seen >> 1 == count else { return true }
            var remaining: Int64 = -1
            if let deadline {
                let now = MonotonicClock.now
                guard now < deadline else { return false }
                remaining = Int64(clamping: deadline - now)
            }
            let sleeping = seen | 1
            if seen != sleeping, unsafe joblib_word_compare_exchange(self.word, seen, sleeping) == 0 { continue }
            unsafe joblib_futex_wait(self.word, sleeping, remaining, self.isShared)
        }
    }
}
