// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX

/// A 32-bit word that threads can sleep on until it changes.
///
/// The word is the whole truth: a waiter returns when the value differs from the one it named, however often it was
/// woken in between. Built on futex(2) where there is one.
@safe
public final class WaitWord: Sendable {
    // SAFETY: allocated in init, freed in deinit, and touched only through C atomics in between.
    private nonisolated(unsafe) let word: UnsafeMutablePointer<UInt32>

    /// Makes a word.
    public init(_ value: UInt32 = 0) {
        // A cache line of its own: a spinning reader must not slow the writer of something else.
        let raw = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 64)
        unsafe self.word = raw.initializeMemory(as: UInt32.self, repeating: value, count: 16)
    }

    deinit {
        unsafe self.word.deallocate()
    }

    /// The value, with acquire ordering: what was written before it was stored is visible.
    public var value: UInt32 { unsafe joblib_word_load(self.word) }

    /// Stores a value with release ordering and returns the old one; wakes nobody.
    @discardableResult
    public func exchange(_ value: UInt32) -> UInt32 {
        unsafe joblib_word_exchange(self.word, value)
    }

    /// Stores `desired` if the word holds `expected`; wakes nobody.
    ///
    /// - Returns: Whether it did.
    public func compareExchange(expected: UInt32, desired: UInt32) -> Bool {
        unsafe joblib_word_compare_exchange(self.word, expected, desired) != 0
    }

    /// Adds one, wrapping around, and wakes every sleeper.
    public func advance() {
        unsafe joblib_word_add(self.word, 1)
        self.wakeAll()
    }

    /// Wakes one sleeper, if there is one.
    public func wakeOne() {
        unsafe joblib_futex_wake(self.word, 1)
    }

    /// Wakes every sleeper.
    public func wakeAll() {
        unsafe joblib_futex_wake(self.word, Int32.max)
    }

    /// Waits while the word holds a value: spins first, then sleeps.
    ///
    /// - Parameters:
    ///   - value: The value to wait out.
    ///   - spins: How often to look before sleeping; one look costs 20 to 50 ns.
    ///   - deadline: Nanoseconds of ``MonotonicClock``; `nil` waits without limit.
    /// - Returns: Whether the word changed; `false` means the deadline passed.
    @discardableResult
    public func wait(while value: UInt32, spins: Int = 0, until deadline: UInt64? = nil) -> Bool {
        for _ in 0..<spins {
            if self.value != value { return true }
            joblib_spin_hint()
        }
        while self.value == value {
            var remaining: Int64 = -1
            if let deadline {
                let now = MonotonicClock.now
                if now >= deadline { return false }
                remaining = Int64(clamping: deadline - now)
            }
            unsafe joblib_futex_wait(self.word, value, remaining)
        }
        return true
    }
}
