// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX

/// A coder that can leave large parts of a result in the memory of the forked worker that has made it, for its parent to read.
///
/// Through a pipe they would be copied several times, a few kilobytes at once; what the parent reads is copied once.
public protocol LendingTaskCoder: TaskCoder {
    /// Encodes a value in a worker.
    ///
    /// - Parameters:
    ///   - value: Any value.
    ///   - parts: Gets what the bytes leave out.
    /// - Returns: The bytes, which say where that is.
    /// - Throws: What the value's `encode(to:)` throws.
    func encode<T: Encodable>(_ value: T, lending parts: inout LentParts) throws -> [UInt8]

    /// Decodes in the parent what a worker has encoded, which keeps the parts meanwhile.
    ///
    /// - Parameters:
    ///   - type: What to decode.
    ///   - bytes: What the worker has sent; one that a task has damaged may send anything.
    ///   - memory: Where the parts are.
    /// - Returns: The value.
    /// - Throws: What its `init(from:)` throws, or an error that says what is wrong with the bytes.
    func decode<T: Decodable>(_ type: T.Type, from bytes: ArraySlice<UInt8>, _ memory: LentMemory) throws -> T
}

/// What a worker keeps until its parent has read it.
public struct LentParts {
    /// How many bytes there are to be read.
    public private(set) var byteCount: Int = 0

    private var parts: [Any] = []

    /// Begins with none.
    public init() {}

    /// Adds a part.
    ///
    /// - Parameters:
    ///   - part: Held, so that its bytes stay where and as they are.
    ///   - byteCount: How many there are.
    public mutating func add(_ part: Any, byteCount: Int) {
        self.parts.append(part)
        self.byteCount += byteCount
    }
}

// SAFETY: `isLost` is touched by the one thread that waits for the worker.
/// The memory of a forked worker, of which it has lent some.
public final class LentMemory: @unchecked Sendable {
    /// The worker has ended before all was read, or what it says of its memory is wrong.
    struct Lost: Error {}

    private let worker: any ForkedWorker

    /// Whether something could not be read.
    private(set) var isLost = false

    init(_ worker: any ForkedWorker) {
        self.worker = worker
    }

    /// Looks whether there may be bytes at a place, which has to be asked before memory is taken for them.
    ///
    /// - Parameters:
    ///   - address: Where they begin in the worker's memory.
    ///   - byteCount: How many there are, from 1.
    /// - Returns: Whether the last of them is there; `false` for a number below 1.
    public func holds(_ address: UInt, byteCount: Int) -> Bool {
        guard byteCount > 0 else { return false }
        let (last, overflow) = address.addingReportingOverflow(UInt(byteCount) - 1)
        var byte: UInt8 = 0
        let isThere =
            unsafe !overflow
            && withUnsafeMutableBytes(of: &byte) { unsafe self.worker.read(last, into: $0) }
        if !isThere { self.isLost = true }
        return isThere
    }

    /// Copies bytes.
    ///
    /// - Parameters:
    ///   - address: Where they begin in the worker's memory.
    ///   - buffer: Filled with them.
    /// - Throws: When they are not there any more.
    public func read(_ address: UInt, into buffer: UnsafeMutableRawBufferPointer) throws {
        unsafe HugePages.advise(buffer.baseAddress, byteCount: buffer.count)
        guard unsafe self.worker.read(address, into: buffer) else {
            self.isLost = true
            throw Lost()
        }
    }
}
