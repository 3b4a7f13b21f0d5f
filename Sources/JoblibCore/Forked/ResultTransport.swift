// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX

/// How the results of one type get from a forked worker to its parent, decided before the fork.
struct ResultTransport: Sendable {
    /// The distance of two results in memory, in bytes.
    let stride: Int

    /// Turns results into bytes; `nil` where they are written as they are to where the parent reads them.
    private let coding: ResultCoding?

    /// Decides for a type.
    ///
    /// - Throws: ``ParallelError`` `.resultNotCodable`, which names the type.
    init<R>(_ type: R.Type, _ coder: any TaskCoder, _ backend: String) throws(ParallelError) {
        self.stride = MemoryLayout<R>.stride
        if _isPOD(R.self) {
            self.coding = nil
        } else if let codable = R.self as? any Codable.Type {
            self.coding = Self.coding(codable, coder)
        } else {
            throw Self.refusal(type, backend) ?? ParallelError(.resultNotCodable, "\(R.self)")
        }
    }

    /// Why results of a type cannot come back from another process; `nil` when they can.
    static func refusal<R>(_ type: R.Type, _ backend: String) -> ParallelError? {
        if _isPOD(type) || type is any Codable.Type { return nil }
        return ParallelError(
            .resultNotCodable,
            "\(backend) returns results from another process, and \(R.self) is neither Codable nor made of plain bytes; "
                + "make it Codable, return something else, or choose threading"
        )
    }

    private static func coding<T: Codable>(_ type: T.Type, _ coder: any TaskCoder) -> ResultCoding {
        CodableCoding<T>(coder)
    }

    /// Whether results are written where the parent reads them, byte by byte.
    var isBitwise: Bool { self.coding == nil }

    /// Where the bytes of a large array in a slot are; `nil` for other results.
    func largeArray(in slot: UnsafeMutableRawPointer) -> UnsafeRawBufferPointer? {
        unsafe self.coding?.largeArray(in: slot)
    }

    /// Empties a slot.
    func release(_ slot: UnsafeMutableRawPointer) { unsafe self.coding?.release(slot) }

    /// Puts a large array into an empty slot; `false` when its bytes could not be had.
    func fill(
        _ slot: UnsafeMutableRawPointer,
        byteCount: Int,
        _ read: (UnsafeMutableRawBufferPointer) -> Bool
    ) -> Bool {
        unsafe self.coding?.fill(slot, byteCount: byteCount, read) ?? false
    }

    /// Encodes the result in a slot, which is empty afterwards.
    ///
    /// - Throws: What the result's `encode(to:)` throws.
    func encode(_ slot: UnsafeMutableRawPointer) throws -> [UInt8] { try unsafe self.coding?.encode(slot) ?? [] }

    /// Decodes a result into an empty slot.
    ///
    /// - Throws: When the bytes make no result.
    func decode(_ bytes: ArraySlice<UInt8>, into slot: UnsafeMutableRawPointer) throws {
        try unsafe self.coding?.decode(bytes, into: slot)
    }
}

/// Codes results of a type that the subclass knows.
// SAFETY: no state of its own.
private class ResultCoding: @unchecked Sendable {
    func encode(_ slot: UnsafeMutableRawPointer) throws -> [UInt8] { [] }

    func decode(_ bytes: ArraySlice<UInt8>, into slot: UnsafeMutableRawPointer) throws {}

    func largeArray(in slot: UnsafeMutableRawPointer) -> UnsafeRawBufferPointer? { nil }

    func release(_ slot: UnsafeMutableRawPointer) {}

    func fill(
        _ slot: UnsafeMutableRawPointer,
        byteCount: Int,
        _ read: (UnsafeMutableRawBufferPointer) -> Bool
    ) -> Bool { false }
}

// SAFETY: a constant. A slot holds a value of this very type, which is moved out of it, or into it.
private final class CodableCoding<T: Codable>: ResultCoding, @unchecked Sendable {
    /// From how many bytes on an array is read from the child's memory: below, a message is as fast.
    private static var largeSize: Int { 65_536 }

    private let coder: any TaskCoder

    /// What knows the elements, where they are bits.
    private let array: (any BitArray.Type)?

    init(_ coder: any TaskCoder) {
        self.coder = coder
        let array = T.self as? any BitArray.Type
        self.array = array?.holdsBits == true ? array : nil
    }

    override func largeArray(in slot: UnsafeMutableRawPointer) -> UnsafeRawBufferPointer? {
        guard let bytes = unsafe self.array?.bytes(in: slot), bytes.count >= Self.largeSize else { return nil }
        return unsafe bytes
    }

    override func release(_ slot: UnsafeMutableRawPointer) {
        unsafe slot.assumingMemoryBound(to: T.self).deinitialize(count: 1)
    }

    override func fill(
        _ slot: UnsafeMutableRawPointer,
        byteCount: Int,
        _ read: (UnsafeMutableRawBufferPointer) -> Bool
    ) -> Bool {
        unsafe self.array?.fill(slot, byteCount: byteCount, read) ?? false
    }

    override func encode(_ slot: UnsafeMutableRawPointer) throws -> [UInt8] {
        try self.coder.encode(unsafe slot.assumingMemoryBound(to: T.self).move())
    }

    override func decode(_ bytes: ArraySlice<UInt8>, into slot: UnsafeMutableRawPointer) throws {
        unsafe slot.assumingMemoryBound(to: T.self).initialize(to: try self.coder.decode(T.self, from: bytes))
    }
}

/// Memory for the results of one call.
// SAFETY: constants; each slot is written by the worker, or the thread of the parent, that has claimed its position.
@safe
final class ResultSlots: @unchecked Sendable {
    /// Where the workers put results, each into a slot of its own.
    let worker: UnsafeMutableRawPointer

    private let region: SharedRegion

    /// Maps the memory.
    ///
    /// - Parameters:
    ///   - count: How many results there are.
    ///   - stride: The distance of two, in bytes.
    /// - Throws: `SystemError` when the system has no memory left to give.
    init(count: Int, stride: Int) throws(SystemError) {
        let (byteCount, overflow) = count.multipliedReportingOverflow(by: stride)
        self.region = try SharedRegion(byteCount: overflow ? .max / 2 : max(1, byteCount))
        unsafe self.worker = self.region.start
        unsafe HugePages.advise(self.region.start, byteCount: self.region.byteCount)
    }
}
