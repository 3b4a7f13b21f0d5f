// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibWire
import Synchronization
import Testing

/// Keeps arrays in this process.
private final class Shelf: ArrayExchange {
    let inlineByteCount: Int
    private let places = Mutex<[[UInt8]]>([])
    private let arrays = Mutex<[UInt64: [UInt8]]>([:])
    let keptCount = Atomic<Int>(0)

    /// Whether it finds no room.
    let isFull = Atomic<Bool>(false)

    init(inlineByteCount: Int = 64) {
        self.inlineByteCount = inlineByteCount
    }

    var count: Int { self.places.withLock { $0.count } }

    func place(_ bytes: UnsafeRawBufferPointer, of array: Any) -> ArrayReference? {
        guard !self.isFull.load(ordering: .relaxed) else { return nil }
        let copy = unsafe Array(bytes)
        return self.places.withLock { places in
            places.append(copy)
            return ArrayReference(
                offset: places.count - 1,
                byteCount: copy.count,
                serial: UInt64(places.count),
                call: 7
            )
        }
    }

    func holds(_ reference: ArrayReference) -> Bool {
        self.places.withLock { $0.indices.contains(reference.offset) && reference.byteCount <= 1 << 20 }
    }

    struct TooShort: Error {}

    func read(_ reference: ArrayReference, into buffer: UnsafeMutableRawBufferPointer) throws {
        let bytes = self.places.withLock { $0[reference.offset] }
        guard bytes.count >= buffer.count else { throw TooShort() }
        unsafe buffer.copyBytes(from: bytes.prefix(buffer.count))
    }

    func kept(_ reference: ArrayReference) -> Any? { nil }

    func keep(_ array: Any, _ reference: ArrayReference) { self.keptCount.add(1, ordering: .relaxed) }
}

private struct Record: Codable, Equatable {
    var name: String
    var values: [Double]
    var more: [[Int16]]
    var few: [Float]
}

@Suite("Arrays that travel beside the bytes")
struct ArrayExchangeTests {
    private static let record = Record(
        name: "x",
        values: (0..<100).map(Double.init),
        more: [[1], [Int16](repeating: 3, count: 200)],
        few: [1, 2, 3]
    )

    @Test(
        "Those that are large enough do, at any depth, and both kinds of trust",
        arguments: [BinaryCoder.Trust.none, .sameBuild]
    )
    func roundTrip(trust: BinaryCoder.Trust) throws {
        let shelf = Shelf()
        let coder = BinaryCoder(trust: trust, arrays: shelf)
        let bytes = try coder.encode(Self.record)
        #expect(shelf.count == 2)
        #expect(bytes.count < 200)
        #expect(try coder.decode(Record.self, from: bytes) == Self.record)
        #expect(shelf.keptCount.load(ordering: .relaxed) == 2)
        let array = (0..<50).map { UInt64($0) }
        #expect(try coder.decode([UInt64].self, from: try coder.encode(array)) == array)
        #expect(shelf.count == 3)
    }

    @Test("Arrays of anything that is its bytes do where these are trusted")
    func layouts() throws {
        struct Point: Codable, Equatable, BitwiseCopyable { var x: Int32, y: Int32 }
        let shelf = Shelf()
        let points = (0..<100).map { Point(x: $0, y: -$0) }
        let trusting = BinaryCoder(trust: .sameBuild, arrays: shelf)
        let bytes = try trusting.encode(points)
        #expect(shelf.count == 1)
        #expect(try trusting.decode([Point].self, from: bytes) == points)
        #expect(throws: DecodingError.self) { try BinaryCoder(arrays: shelf).decode([Point].self, from: bytes) }
        #expect(throws: DecodingError.self) { try trusting.decode([[Int]].self, from: bytes) }
    }

    @Test("Where there is no room for them they travel with the rest")
    func full() throws {
        let shelf = Shelf()
        shelf.isFull.store(true, ordering: .relaxed)
        let coder = BinaryCoder(arrays: shelf)
        let bytes = try coder.encode(Self.record)
        #expect(shelf.count == 0)
        #expect(try BinaryCoder().decode(Record.self, from: bytes) == Self.record)
    }

    @Test("An array is skipped that nobody asks for, and brought in for who asks for other numbers")
    func otherReaders() throws {
        struct Name: Codable { var name: String }
        struct Wider: Codable { var values: [Double], more: [[Int64]] }
        let coder = BinaryCoder(arrays: Shelf())
        let bytes = try coder.encode(Self.record)
        #expect(try coder.decode(Name.self, from: bytes).name == "x")
        #expect(try coder.decode(Wider.self, from: bytes).more[1] == [Int64](repeating: 3, count: 200))
        #expect(throws: DecodingError.self) { try coder.decode([String: String].self, from: bytes) }
    }

    @Test("A call's exchange is not that of the next")
    func forgotten() throws {
        let shelf = Shelf()
        _ = try BinaryCoder(arrays: shelf).encode(Self.record)
        _ = try BinaryCoder().encode(Self.record)
        struct Failing: Encodable {
            func encode(to encoder: any Encoder) throws {
                var container = encoder.unkeyedContainer()
                try container.encode([Double](repeating: 1, count: 100))
                throw Shelf.TooShort()
            }
        }
        #expect(throws: Shelf.TooShort.self) { try BinaryCoder(arrays: shelf).encode(Failing()) }
        _ = try BinaryCoder().encode(Self.record)
        #expect(shelf.count == 3)
    }

    @Test("Bytes that refer to arrays are refused where there are none")
    func noExchange() throws {
        let bytes = try BinaryCoder(arrays: Shelf()).encode(Self.record)
        #expect(throws: DecodingError.self) { try BinaryCoder().decode(Record.self, from: bytes) }
        #expect(throws: DecodingError.self) { try BinaryCoder(arrays: Shelf()).decode(Record.self, from: bytes) }
    }

    @Test("Cut anywhere, or with any bit flipped, they end in a value or an error", arguments: [true, false])
    func damaged(isField: Bool) throws {
        let shelf = Shelf()
        let coder = BinaryCoder(trust: .sameBuild, arrays: shelf)
        let array = (0..<64).map(Double.init)
        let record = Record(name: "", values: array, more: [], few: [])
        let bytes = isField ? try coder.encode(record) : try coder.encode(array)
        var errors = 0
        func check(_ bytes: [UInt8]) {
            do {
                if isField {
                    _ = try coder.decode(Record.self, from: bytes)
                } else {
                    _ = try coder.decode([Double].self, from: bytes)
                }
            } catch {
                errors += 1
            }
        }
        for end in bytes.indices { check(Array(bytes[..<end])) }
        #expect(errors == bytes.count)
        for place in bytes.indices {
            for bit in 0..<8 {
                var flipped = bytes
                flipped[place] ^= 1 << bit
                check(flipped)
            }
        }
        #expect(errors > 2 * bytes.count)
    }
}
