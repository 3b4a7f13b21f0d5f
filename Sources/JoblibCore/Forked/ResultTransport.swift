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

    /// Encodes the result in a slot, which is empty afterwards.
    ///
    /// - Parameters:
    ///   - slot: Where the result is.
    ///   - parts: Gets what the bytes leave out, for the parent to read; `nil` to leave nothing out.
    /// - Returns: The bytes.
    /// - Throws: What the result's `encode(to:)` throws.
    func encode(_ slot: UnsafeMutableRawPointer, lending parts: inout LentParts?) throws -> [UInt8] {
        try unsafe self.coding?.encode(slot, lending: &parts) ?? []
    }

    /// Decodes a result into an empty slot.
    ///
    /// - Parameters:
    ///   - bytes: What the worker has sent.
    ///   - memory: Where the worker has what it has left out; `nil` for nothing.
    ///   - slot: Where the result goes.
    /// - Throws: When the bytes make no result.
    func decode(_ bytes: ArraySlice<UInt8>, lentIn memory: LentMemory?, into slot: UnsafeMutableRawPointer) throws {
        try unsafe self.coding?.decode(bytes, lentIn: memory, into: slot)
    }
}

/// Codes results of a type that the subclass knows.
// SAFETY: no state of its own.
private class ResultCoding: @unchecked Sendable {
    func encode(_ slot: UnsafeMutableRawPointer, lending parts: inout LentParts?) throws -> [UInt8] { [] }

    func decode(_ bytes: ArraySlice<UInt8>, lentIn memory: LentMemory?, into slot: UnsafeMutableRawPointer) throws {}
}

// SAFETY: a constant. A slot holds a value of this very type, which is moved out of it, or into it.
private final class CodableCoding<T: Codable>: ResultCoding, @unchecked Sendable {
    private let coder: any TaskCoder

    /// The same, where it can lend.
    private let lender: (any LendingTaskCoder)?

    /// What knows the elements of an array, where they are bits.
    private let array: (any BitArray.Type)?

    init(_ coder: any TaskCoder) {
        self.coder = coder
        self.lender = coder as? any LendingTaskCoder
        let array = T.self as? any BitArray.Type
        self.array = array?.holdsBits == true ? array : nil
    }

    override func encode(_ slot: UnsafeMutableRawPointer, lending parts: inout LentParts?) throws -> [UInt8] {
        let value = unsafe slot.assumingMemoryBound(to: T.self).move()
        guard var lent = parts else { return try self.coder.encode(value) }
        defer { parts = lent }
        if let array = value as? any BitArray, self.array != nil {
            guard let bytes = array.lend(&lent) else { return try self.coder.encode(value) }
            return bytes
        }
        return try self.lender?.encode(value, lending: &lent) ?? self.coder.encode(value)
    }

    override func decode(
        _ bytes: ArraySlice<UInt8>,
        lentIn memory: LentMemory?,
        into slot: UnsafeMutableRawPointer
    ) throws {
        let value: T
        if let memory, let array = self.array {
            guard let array = try array.init(bytes, lentIn: memory) as? T else { throw ByteReader.Malformed() }
            value = array
        } else if let memory, let lender = self.lender {
            value = try lender.decode(T.self, from: bytes, memory)
        } else {
            value = try self.coder.decode(T.self, from: bytes)
        }
        unsafe slot.assumingMemoryBound(to: T.self).initialize(to: value)
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
