// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX

/// The calling thread while it keeps off one of its processors.
///
/// Left to itself the kernel may wake a thread where its waker runs, and leave the two together on one of several
/// processors for milliseconds. A thread that is about to sleep, and knows where its waker will most likely be, does
/// better to keep off it until it has been woken.
@safe
public struct DisplacedThread: ~Copyable {
    /// The processor that the thread keeps off.
    public let processor: Int

    private let previous: UnsafeMutableRawPointer
    private let size: Int

    /// Keeps the calling thread off a processor; `nil` where it may use no other, or the system refuses.
    public init?(keepingOff processor: Int) {
        var previous: UnsafeMutableRawPointer?
        var size = 0
        guard unsafe joblib_thread_keep_off(Int32(truncatingIfNeeded: processor), &previous, &size) == 0,
            let previous = unsafe previous
        else { return nil }
        self.processor = processor
        unsafe self.previous = unsafe previous
        self.size = size
    }

    /// Lets the thread, which is the one that made the value, use the processor again, unless somebody has changed its
    /// processors meanwhile.
    deinit {
        unsafe joblib_thread_return_to(Int32(truncatingIfNeeded: self.processor), self.previous, self.size)
    }
}
