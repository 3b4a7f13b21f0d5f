// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX

/// Large pages for large buffers.
public enum HugePages {
    /// The size in bytes from which a fresh buffer is worth large pages.
    ///
    /// Touching fresh memory costs 2 GB/s in 4 KiB pages and 14 GB/s in 2 MiB pages; below two of the latter there is
    /// little to gain.
    public static let threshold = 4 << 20

    /// Has a range of this process's memory backed now, by a thread that has the time, instead of when it is touched.
    ///
    /// What is there stays as it is, and a range that is not mapped any more is left alone.
    ///
    /// - Returns: Whether that was possible; not before Linux 5.14, and not where there is no memory.
    @discardableResult
    public static func back(_ range: Range<UInt>) -> Bool {
        unsafe joblib_populate_pages(UnsafeMutableRawPointer(bitPattern: range.lowerBound), range.count) != 0
    }

    /// Asks for large pages behind a buffer that has not been touched yet, if it is large.
    public static func advise(_ start: UnsafeMutableRawPointer?, byteCount: Int) {
        guard byteCount >= self.threshold, let start = unsafe start else { return }
        unsafe joblib_advise_huge_pages(start, byteCount)
    }
}
