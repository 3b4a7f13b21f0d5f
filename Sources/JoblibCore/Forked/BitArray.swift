// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX

/// Arrays that are their elements' bytes, which a parent reads from its child's memory when they are large.
protocol BitArray {
    static var holdsBits: Bool { get }

    /// Leaves the elements where they are, if there are many.
    ///
    /// - Returns: Where that is; `nil` where nothing is lent.
    func lend(_ parts: inout LentParts) -> [UInt8]?

    /// Reads the elements.
    ///
    /// - Throws: When they are not where the bytes say, or are none of these.
    init(_ place: ArraySlice<UInt8>, lentIn memory: LentMemory) throws
}

/// From how many bytes on an array is read from the child's memory: below, a message is as fast.
private let largeSize = 65_536

extension Array: BitArray {
    static var holdsBits: Bool { _isPOD(Element.self) && MemoryLayout<Element>.size > 0 }

    func lend(_ parts: inout LentParts) -> [UInt8]? {
        // SAFETY: the array is held, unchanged, for as long as its bytes are read.
        let bytes = unsafe self.withUnsafeBytes { unsafe $0 }
        if bytes.count < largeSize { return nil }
        parts.add(self, byteCount: bytes.count)
        var place: [UInt8] = []
        place.append(integer: UInt(bitPattern: bytes.baseAddress))
        place.append(integer: bytes.count)
        return place
    }

    init(_ place: ArraySlice<UInt8>, lentIn memory: LentMemory) throws {
        var reader = ByteReader(place)
        let address = try reader.integer(UInt.self)
        let byteCount = try reader.integer(Int.self)
        // Before there is memory for so much: a worker that a task has damaged may name any number.
        guard byteCount.isMultiple(of: MemoryLayout<Element>.stride), memory.holds(address, byteCount: byteCount) else {
            throw ByteReader.Malformed()
        }
        let elementCount = byteCount / MemoryLayout<Element>.stride
        self = try unsafe [Element](unsafeUninitializedCapacity: elementCount) { buffer, count in
            try unsafe memory.read(
                address,
                into: UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: byteCount)
            )
            count = elementCount
        }
    }
}
