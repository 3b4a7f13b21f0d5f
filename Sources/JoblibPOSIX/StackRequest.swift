// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX

/// The wait for a thread that was asked where it is.
enum StackRequest {
    /// Where it hangs the frames so far are all that there is.
    private static let patience: UInt64 = 500_000_000

    /// Waits until the stack stands in the record, but not long.
    static func wait(_ record: UnsafeMutablePointer<joblib_child_record>) {
        let word = unsafe record.pointer(to: \.has_stack)!
        let deadline = MonotonicClock.now + self.patience
        while unsafe joblib_word_load(word) == 0 {
            let now = MonotonicClock.now
            guard now < deadline else { return }
            unsafe joblib_futex_wait(word, 0, Int64(deadline - now), 1)
        }
    }
}
