// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX

/// The memory of other processes of this user, as far as the system lets it be read.
public enum ProcessMemory {
    /// Copies memory of a process; process_vm_readv(2).
    ///
    /// - Parameters:
    ///   - pid: The process.
    ///   - address: Where the memory begins in it.
    ///   - buffer: Where it goes; its size is how much is copied.
    /// - Returns: Whether all of it was.
    public static func read(_ pid: Int32, _ address: UInt, into buffer: UnsafeMutableRawBufferPointer) -> Bool {
        guard let start = buffer.baseAddress else { return true }
        return unsafe joblib_child_read(pid, address, start, buffer.count) == 0
    }
}
