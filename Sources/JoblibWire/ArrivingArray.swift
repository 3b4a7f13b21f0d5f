// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

// SAFETY: the closure gets memory that is all its own for as long as it is called.
/// An array of numbers whose bytes come one after the other, each to where it stays: the value is not copied once it is whole.
@safe
package struct ArrivingArray {
    /// How many bytes are made room for before they come, and how many times as many as have come later: memory grows with what has come,
    /// and never with what is promised. Pages that nothing was written to take none.
    private static let largestRoom = 64 << 20
    private static let growth = 8

    /// What the elements are.
    package let elementCode: UInt8

    /// How many bytes they have, from 1.
    package let byteCount: Int

    private var elements: any NumberArray
    private let prepare: @Sendable (UnsafeMutableRawBufferPointer) -> Void

    /// How many of them have come.
    package private(set) var receivedByteCount = 0

    /// Begins with none of the bytes.
    ///
    /// - Parameters:
    ///   - elementCode: What the elements are, as ``code(of:)`` says it.
    ///   - byteCount: How many bytes they have.
    ///   - prepare: Called with memory that nobody has touched.
    /// - Returns: `nil` where no array is of such elements, or of so many bytes.
    package init?(
        elementCode: UInt8,
        byteCount: Int,
        prepare: @escaping @Sendable (UnsafeMutableRawBufferPointer) -> Void
    ) {
        guard let type = Self.types[elementCode], byteCount > 0, byteCount.isMultiple(of: type.stride) else {
            return nil
        }
        self.elementCode = elementCode
        self.byteCount = byteCount
        unsafe self.prepare = prepare
        self.elements = unsafe Self.make(type, min(byteCount, Self.largestRoom), prepare)
    }

    /// Copies the elements of an array of numbers of so many bytes.
    ///
    /// - Returns: Whether it is one.
    package static func copyElements(of array: Any, into buffer: UnsafeMutableRawBufferPointer) -> Bool {
        guard let array = array as? any NumberArray, type(of: array).elementCode != nil else { return false }
        return unsafe array.withElements { elements in
            guard elements.count == buffer.count else { return false }
            unsafe buffer.copyMemory(from: elements)
            return true
        }
    }

    /// What stands for the elements of an array; `nil` where it is not of numbers.
    package static func code(of array: Any) -> UInt8? {
        guard let array = array as? any NumberArray else { return nil }
        return type(of: array).elementCode
    }

    /// The types of the values that arrays are taken for; another one of the same elements, such as of `Int`, is made of it.
    private static let types: [UInt8: any NumberArray.Type] = {
        let all: [any NumberArray.Type] = [
            [Int8].self, [Int16].self, [Int32].self, [Int].self, [UInt8].self, [UInt16].self, [UInt32].self, [UInt].self,
            [Float].self, [Double].self,
        ]
        return Dictionary(all.compactMap { type in type.elementCode.map { ($0, type) } }) { first, _ in first }
    }()

    private static func make(
        _ type: any NumberArray.Type,
        _ byteCount: Int,
        _ prepare: (UnsafeMutableRawBufferPointer) -> Void
    ) -> any NumberArray {
        var array = type.init(uninitializedByteCount: byteCount)
        unsafe array.withMutableElements { unsafe prepare($0) }
        return array
    }

    /// Whether all have come.
    package var isWhole: Bool { self.receivedByteCount == self.byteCount }

    /// The array, once it is whole.
    package var value: Any { self.elements }

    /// Takes in the next bytes.
    ///
    /// - Parameter bytes: The bytes.
    /// - Returns: Whether they were not more than were missing; nothing is taken in where they were.
    package mutating func append(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count <= self.byteCount - self.receivedByteCount else { return false }
        let start = self.receivedByteCount
        let end = start + bytes.count
        self.makeRoom(for: end)
        unsafe self.elements.withMutableElements { elements in
            unsafe UnsafeMutableRawBufferPointer(rebasing: elements[start..<end]).copyMemory(from: bytes)
        }
        self.receivedByteCount = end
        return true
    }

    private mutating func makeRoom(for end: Int) {
        let room = unsafe self.elements.withElements { $0.count }
        guard end > room else { return }
        let size = min(self.byteCount, Self.growth * room)
        var larger = unsafe Self.make(type(of: self.elements), size, self.prepare)
        let received = self.receivedByteCount
        unsafe self.elements.withElements { old in
            unsafe larger.withMutableElements { new in
                unsafe UnsafeMutableRawBufferPointer(rebasing: new[..<received])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: old[..<received]))
            }
        }
        self.elements = larger
        // One that is larger by more than eight times what there was is not whole by that.
        if end > size { self.makeRoom(for: end) }
    }
}
