// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// What outputs of one type are in memory, for code that does not know the type and need not look it up for each batch.
// SAFETY: constants; its subclass adds others that are Sendable.
class OutputLayout: @unchecked Sendable {
    /// The type.
    let type: ObjectIdentifier

    /// What a value takes, and how far apart values are.
    let size: Int
    let stride: Int
    let alignment: Int

    /// Whether values are bytes and nothing else: nothing has to be done when they are moved, or are needed no more.
    let isPlain: Bool

    /// How many bytes a value is that travels as its memory; `nil` for one that has to be encoded.
    let plainByteCount: Int?

    fileprivate init<Output>(_ type: Output.Type, plainByteCount: Int?) {
        self.type = ObjectIdentifier(type)
        self.size = MemoryLayout<Output>.size
        self.stride = MemoryLayout<Output>.stride
        self.alignment = MemoryLayout<Output>.alignment
        self.isPlain = _isPOD(type)
        self.plainByteCount = plainByteCount
    }

    /// Makes a value of bytes, in memory that holds none.
    ///
    /// - Throws: When the bytes make none.
    func decode(_ bytes: ArraySlice<UInt8>, to place: UnsafeMutableRawPointer) throws {
        preconditionFailure("a layout must say how values are decoded")
    }

    /// Moves values that are not plain.
    func move(_ source: UnsafeMutableRawPointer, to target: UnsafeMutableRawPointer, count: Int) {}

    /// Ends the life of a value that is not plain.
    func deinitialize(_ place: UnsafeMutableRawPointer) {}
}

/// The same, knowing the type.
// SAFETY: as for its superclass.
final class OutputLayoutOf<Output>: OutputLayout, @unchecked Sendable {
    private let coding: OutputCoding<Output>

    init(_ coding: OutputCoding<Output>) {
        self.coding = coding
        super.init(Output.self, plainByteCount: coding.plainByteCount)
    }

    override func decode(_ bytes: ArraySlice<UInt8>, to place: UnsafeMutableRawPointer) throws {
        unsafe place.initializeMemory(as: Output.self, to: try self.coding.decode(bytes))
    }

    override func move(_ source: UnsafeMutableRawPointer, to target: UnsafeMutableRawPointer, count: Int) {
        unsafe target.moveInitializeMemory(
            as: Output.self,
            from: source.assumingMemoryBound(to: Output.self),
            count: count
        )
    }

    override func deinitialize(_ place: UnsafeMutableRawPointer) {
        unsafe place.assumingMemoryBound(to: Output.self).deinitialize(count: 1)
    }
}
