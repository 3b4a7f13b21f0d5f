// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Memory that the bytes of an array come to.
package protocol ArrivalMemory: Sendable {
    /// Called with memory that nobody has touched.
    func prepare(_ memory: UnsafeMutableRawBufferPointer)

    /// Called with memory that bytes will come to soon, and that may be no more by the time that somebody does something about it.
    func expect(_ memory: UnsafeMutableRawBufferPointer)
}

/// An array of numbers whose bytes come one after the other, each to where it stays: the value is not copied once it is whole.
package struct ArrivingArray {
    /// How many bytes are made room for before they come, and how many times as many as have come later.
    ///
    /// Memory grows with what has come, and never with what is promised: pages that nothing was written to take none.
    private static let largestRoom = 64 << 20
    private static let growth = 8

    /// How far ahead of what has come bytes are expected, and in what steps: as much as has come, and so much more.
    private static let expectedByteCount = 8 << 20
    private static let step = 4 << 20

    /// How close to what has come nothing is expected: it would be there too late.
    private static let nearByteCount = 2 << 20

    /// What the elements are.
    package let elementCode: UInt8

    /// How many bytes they have, from 1.
    package let byteCount: Int

    private var elements: any NumberArray
    private let memory: any ArrivalMemory

    /// How many of them have come, and up to where they are expected.
    package private(set) var receivedByteCount = 0
    private var expectedEnd = 0

    /// Begins with none of the bytes; `nil` where no array is of such elements, or of so many bytes.
    ///
    /// - Parameters:
    ///   - elementCode: What the elements are, as ``code(of:)`` says it.
    ///   - byteCount: How many bytes they have.
    ///   - memory: Is told of the memory that they come to.
    package init?(elementCode: UInt8, byteCount: Int, _ memory: any ArrivalMemory) {
        guard let type = Self.types[elementCode], byteCount > 0, byteCount.isMultiple(of: type.stride) else {
            return nil
        }
        self.elementCode = elementCode
        self.byteCount = byteCount
        self.memory = memory
        self.elements = Self.make(type, min(byteCount, Self.largestRoom), memory)
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
            [Int8].self, [Int16].self, [Int32].self, [Int].self, [UInt8].self, [UInt16].self, [UInt32].self,
            [UInt].self,
            [Float].self, [Double].self,
        ]
        return Dictionary(all.compactMap { type in type.elementCode.map { ($0, type) } }) { first, _ in first }
    }()

    private static func make(
        _ type: any NumberArray.Type,
        _ byteCount: Int,
        _ memory: any ArrivalMemory
    ) -> any NumberArray {
        var array = type.init(uninitializedByteCount: byteCount)
        unsafe array.withMutableElements { unsafe memory.prepare($0) }
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
        let expected = self.nextExpected(end)
        let memory = self.memory
        unsafe self.elements.withMutableElements { elements in
            if let expected {
                unsafe memory.expect(UnsafeMutableRawBufferPointer(rebasing: elements[expected]))
            }
            unsafe UnsafeMutableRawBufferPointer(rebasing: elements[start..<end]).copyMemory(from: bytes)
        }
        self.receivedByteCount = end
        return true
    }

    /// The part that bytes are expected in that they were not before; `nil` where it is too small to be worth a word.
    private mutating func nextExpected(_ received: Int) -> Range<Int>? {
        let room = unsafe self.elements.withElements { $0.count }
        let end = min(room, 2 * received + Self.expectedByteCount)
        let start = max(self.expectedEnd, received + Self.nearByteCount)
        guard end - start >= Self.step || (end == room && start < end) else { return nil }
        self.expectedEnd = end
        return start..<end
    }

    private mutating func makeRoom(for end: Int) {
        let room = unsafe self.elements.withElements { $0.count }
        guard end > room else { return }
        let size = min(self.byteCount, Self.growth * room)
        var larger = Self.make(type(of: self.elements), size, self.memory)
        let received = self.receivedByteCount
        unsafe self.elements.withElements { old in
            unsafe larger.withMutableElements { new in
                unsafe UnsafeMutableRawBufferPointer(rebasing: new[..<received])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: old[..<received]))
            }
        }
        self.elements = larger
        self.expectedEnd = received
        // One that is larger by more than eight times what there was is not whole by that.
        if end > size { self.makeRoom(for: end) }
    }
}
