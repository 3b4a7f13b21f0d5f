// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

public import JoblibCore

/// Where a large array is that does not travel inside of the bytes.
public struct ArrayReference: Sendable, Hashable, Codable {
    /// Where it begins, in bytes, in memory that both sides agree on.
    public let offset: Int

    /// How many bytes it has.
    public let byteCount: Int

    /// What tells it from other arrays that were there before.
    public let serial: UInt64

    /// The number of the call that it belongs to.
    public let call: UInt64

    /// What leads to memory of the array's own, with the offset 0; empty where both sides agree on the memory.
    public let handle: [UInt8]

    /// Describes a place.
    public init(offset: Int, byteCount: Int, serial: UInt64, call: UInt64, handle: [UInt8] = []) {
        self.handle = handle
        self.offset = offset
        self.byteCount = byteCount
        self.serial = serial
        self.call = call
    }
}

/// Another way for large arrays of numbers than inside of the bytes, such as memory that both sides see.
///
/// A ``BinaryCoder`` asks for it wherever an array stands by itself or in another value, at any depth.
public protocol ArrayExchange: Sendable {
    /// How many bytes an array has at most that travels inside of the bytes.
    var inlineByteCount: Int { get }

    /// How a worker is to have memory that it is handed, where the call asks for that; by default it does not.
    var mmapMode: MmapMode? { get }

    /// Puts an array where the other side finds it.
    ///
    /// - Parameters:
    ///   - bytes: Its elements.
    ///   - array: The array; as long as it is held nobody changes the elements, which are copied first.
    /// - Returns: Where it is; `nil` to let it travel inside of the bytes.
    func place(_ bytes: UnsafeRawBufferPointer, of array: Any) -> ArrayReference?

    /// Puts memory where the other side finds it that others may write to, with what is there at any one time until it is there.
    ///
    /// - Parameters:
    ///   - bytes: The memory.
    ///   - owner: What keeps it; held as long as that is read.
    /// - Returns: Where it is; `nil`, as by default, to let it travel inside of the bytes.
    func place(shared bytes: UnsafeRawBufferPointer, of owner: AnyObject) -> ArrayReference?

    /// A batch of tasks begins: what is placed from now on belongs to it; by default nothing is noted.
    func beginBatch()

    /// The batch is encoded.
    ///
    /// - Returns: Called once nobody needs what it has had placed; `nil`, as by default, where that is of no interest.
    func endBatch() -> (@Sendable () -> Void)?

    /// Whether there may be an array; asked before memory is taken for it.
    func holds(_ reference: ArrayReference) -> Bool

    /// Why there is none, where that is known; by default it is not.
    func absence(of reference: ArrayReference) -> String?

    /// Opens the file of its own that an array is, whose size and bytes are final.
    ///
    /// - Returns: A descriptor, which the caller closes; `nil`, as by default, where it is no file.
    /// - Throws: When it cannot be opened.
    func open(_ reference: ArrayReference) throws -> Int32?

    /// Copies the elements of an array.
    ///
    /// - Parameters:
    ///   - reference: Where they are.
    ///   - buffer: Filled with them.
    /// - Throws: When they are not there.
    func read(_ reference: ArrayReference, into buffer: UnsafeMutableRawBufferPointer) throws

    /// An array that was decoded before, and kept; `nil` when none was.
    func kept(_ reference: ArrayReference) -> Any?

    /// Keeps an array that was decoded, for the next that asks for it.
    func keep(_ array: Any, _ reference: ArrayReference)
}

extension ArrayExchange {
    /// As it was made.
    public var mmapMode: MmapMode? { nil }

    /// Inside of the bytes.
    public func place(shared bytes: UnsafeRawBufferPointer, of owner: AnyObject) -> ArrayReference? { nil }

    /// It is not known.
    public func absence(of reference: ArrayReference) -> String? { nil }

    /// No file.
    public func open(_ reference: ArrayReference) throws -> Int32? { nil }

    /// Nothing.
    public func beginBatch() {}

    /// Of no interest.
    public func endBatch() -> (@Sendable () -> Void)? { nil }
}
