// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

public import JoblibCore

extension BinaryCoder: LendingTaskCoder {
    /// Encodes a value, but for the elements of its large arrays of numbers, at any depth.
    ///
    /// - Parameters:
    ///   - value: Any value.
    ///   - parts: Gets the arrays.
    /// - Returns: The bytes.
    /// - Throws: What the value's `encode(to:)` throws; `EncodingError` beyond the limits.
    public func encode<T: Encodable>(_ value: T, lending parts: inout LentParts) throws -> [UInt8] {
        let arrays = LendingArrays()
        let bytes = try BinaryCoder(trust: self.trust, limits: self.limits, arrays: arrays).encode(value)
        parts = arrays.parts
        return bytes
    }

    /// Decodes a value whose large arrays are in the memory of a worker.
    ///
    /// - Parameters:
    ///   - type: What to decode.
    ///   - bytes: What was encoded, or anything else.
    ///   - memory: Where the arrays are.
    /// - Returns: The value.
    /// - Throws: As without one; an error of the memory's when an array is not there any more.
    public func decode<T: Decodable>(
        _ type: T.Type,
        from bytes: ArraySlice<UInt8>,
        _ memory: LentMemory
    ) throws -> T {
        try BinaryCoder(trust: self.trust, limits: self.limits, arrays: BorrowedArrays(memory: memory))
            .decode(type, from: bytes)
    }
}

// SAFETY: used by the one thread that encodes.
/// The large arrays of one value that stay where they are.
private final class LendingArrays: ArrayExchange, @unchecked Sendable {
    private(set) var parts = LentParts()

    /// Below it a pipe is as fast: to ask for memory of another process takes a few microseconds.
    var inlineByteCount: Int { 65_535 }

    func place(_ bytes: UnsafeRawBufferPointer, of array: Any) -> ArrayReference? {
        self.parts.add(array, byteCount: bytes.count)
        // No address of a process has the highest bit.
        return ArrayReference(
            offset: Int(bitPattern: bytes.baseAddress),
            byteCount: bytes.count,
            serial: 0,
            call: 0
        )
    }

    func holds(_ reference: ArrayReference) -> Bool { false }

    func read(_ reference: ArrayReference, into buffer: UnsafeMutableRawBufferPointer) throws {}

    func kept(_ reference: ArrayReference) -> Any? { nil }

    func keep(_ array: Any, _ reference: ArrayReference) {}
}

/// The same arrays, as the parent sees them.
private struct BorrowedArrays: ArrayExchange {
    let memory: LentMemory

    /// Any number: nothing is placed.
    var inlineByteCount: Int { .max }

    func place(_ bytes: UnsafeRawBufferPointer, of array: Any) -> ArrayReference? { nil }

    func holds(_ reference: ArrayReference) -> Bool {
        self.memory.holds(UInt(bitPattern: reference.offset), byteCount: reference.byteCount)
    }

    func read(_ reference: ArrayReference, into buffer: UnsafeMutableRawBufferPointer) throws {
        unsafe try self.memory.read(UInt(bitPattern: reference.offset), into: buffer)
    }

    func kept(_ reference: ArrayReference) -> Any? { nil }

    func keep(_ array: Any, _ reference: ArrayReference) {}
}
