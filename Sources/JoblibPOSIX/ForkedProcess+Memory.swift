// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

extension ForkedProcess {
    /// Whether the system lets this process read the child's memory; where it is hardened against debuggers it does not.
    public var canRead: Bool {
        var byte: UInt8 = 0
        // The record is at the same place in both.
        let address = unsafe UInt(bitPattern: self.record.start)
        return unsafe withUnsafeMutableBytes(of: &byte) { unsafe self.read(address, into: $0) }
    }

    /// Copies memory of the child; process_vm_readv(2).
    ///
    /// - Parameters:
    ///   - address: Where it begins.
    ///   - buffer: Where it goes; its size is how much is copied.
    /// - Returns: Whether all of it was.
    public func read(_ address: UInt, into buffer: UnsafeMutableRawBufferPointer) -> Bool {
        unsafe ProcessMemory.read(self.pid, address, into: buffer)
    }
}
