// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX

/// Arrays that are their elements' bytes, which a parent reads from its child's memory when they are large.
protocol BitArray {
    static var holdsBits: Bool { get }

    /// Where the bytes of the array in a slot are.
    static func bytes(in slot: UnsafeMutableRawPointer) -> UnsafeRawBufferPointer

    /// Makes an array of so many bytes in an empty slot; `false` when they could not be had.
    static func fill(
        _ slot: UnsafeMutableRawPointer,
        byteCount: Int,
        _ read: (UnsafeMutableRawBufferPointer) -> Bool
    ) -> Bool
}

extension Array: BitArray {
    static var holdsBits: Bool { _isPOD(Element.self) && MemoryLayout<Element>.size > 0 }

    static func bytes(in slot: UnsafeMutableRawPointer) -> UnsafeRawBufferPointer {
        // SAFETY: the array stays in its slot, unchanged, for as long as its bytes are read.
        unsafe slot.assumingMemoryBound(to: [Element].self).pointee.withUnsafeBytes { unsafe $0 }
    }

    static func fill(
        _ slot: UnsafeMutableRawPointer,
        byteCount: Int,
        _ read: (UnsafeMutableRawBufferPointer) -> Bool
    ) -> Bool {
        guard byteCount >= 0, byteCount.isMultiple(of: MemoryLayout<Element>.stride) else { return false }
        var isRead = false
        let array = unsafe [Element](unsafeUninitializedCapacity: byteCount / MemoryLayout<Element>.stride) {
            buffer,
            count in
            unsafe HugePages.advise(buffer.baseAddress, byteCount: byteCount)
            isRead = unsafe read(UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: byteCount))
            count = isRead ? byteCount / MemoryLayout<Element>.stride : 0
        }
        guard isRead else { return false }
        unsafe slot.assumingMemoryBound(to: [Element].self).initialize(to: array)
        return true
    }
}
