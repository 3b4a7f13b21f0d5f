// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX
internal import Glibc

// SAFETY: constants; what is in the memory is its users' business.
/// Memory that this process and the children it forks later all see, at the same address; mmap(2), anonymous and shared.
///
/// It has no name and no descriptor: the kernel frees it with the last process that maps it, however that one ends.
@safe
public final class SharedRegion: @unchecked Sendable {
    /// Where it begins; every byte is 0 at first, and aligned to a page.
    public let start: UnsafeMutableRawPointer

    /// Its size in bytes.
    public let byteCount: Int

    /// Maps memory.
    ///
    /// - Parameter byteCount: From 1.
    /// - Throws: ``SystemError`` when there is none to be had (ENOMEM).
    public init(byteCount: Int) throws(SystemError) {
        guard let start = unsafe joblib_map_shared(byteCount) else {
            throw SystemError(errno: errno, call: "mmap")
        }
        unsafe self.start = start
        self.byteCount = byteCount
    }

    deinit {
        unsafe munmap(self.start, self.byteCount)
    }
}
