// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibWire
import Testing

/// Keeps its decoder, and reads with it later.
struct Hoarder: Decodable {
    let decoder: any Decoder

    init(from decoder: any Decoder) throws { self.decoder = decoder }
}

/// Encodes another value while it is encoded, as a value with a coder of its own does.
struct Nested: Codable, Equatable {
    var number: Int

    init(_ number: Int) { self.number = number }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        try container.encode(self.number)
        try container.encode(BinaryCoder().encode(["inner": self.number]))
    }

    init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        self.number = try container.decode(Int.self)
        let bytes = try container.decode([UInt8].self)
        guard try BinaryCoder().decode([String: Int].self, from: bytes) == ["inner": self.number] else {
            throw Failing.Refusal()
        }
    }
}

@Suite("What the binary coder keeps from one value for the next", .timeLimit(.minutes(1)))
struct KeptSessionsTests {
    private let point = Point(x: 1, label: "label", tags: ["a": [1], "b": [2, 3]])

    @Test("Bytes go behind those that are there, which stay as they were when there is an error")
    func behind() throws {
        let coder = BinaryCoder()
        var bytes: [UInt8] = [1, 2, 3]
        try coder.encode(Interleaved(first: [1], second: ["k": 2]), into: &bytes)
        #expect(bytes.prefix(3) == [1, 2, 3])
        #expect(try coder.decode(Interleaved.self, from: bytes[3...]) == Interleaved(first: [1], second: ["k": 2]))
        let before = bytes
        #expect(throws: Failing.Refusal.self) { try coder.encode([[Failing()]], into: &bytes) }
        #expect(bytes == before)
        try coder.encode(self.point, into: &bytes)
        #expect(try coder.decode(Point.self, from: bytes[before.count...]) == self.point)
    }

    @Test("A value is not changed by those before it, errors among them")
    func independence() throws {
        let coder = BinaryCoder()
        let alone = try coder.encode([Tree.leaf])
        for _ in 0..<3 {
            #expect(throws: Failing.Refusal.self) { try coder.encode(["x": Failing()]) }
            #expect(throws: DecodingError.self) { try coder.decode(Point.self, from: alone) }
            #expect(try coder.decode(Point.self, from: coder.encode(self.point)) == self.point)
            #expect(try coder.encode([Tree.leaf]) == alone)
        }
    }

    @Test("More keys than are kept come back, and are no burden on the next value")
    func manyKeys() throws {
        let coder = BinaryCoder()
        let many = Dictionary(uniqueKeysWithValues: (0..<5000).map { ("key \($0)", $0) })
        for _ in 0..<2 {
            #expect(try coder.decode([String: Int].self, from: coder.encode(many)) == many)
            #expect(try coder.encode(["a": 1]).count < 20)
        }
    }

    @Test("A value may encode and decode others meanwhile")
    func nesting() throws {
        let values = (0..<20).map(Nested.init)
        #expect(try BinaryCoder().decode([Nested].self, from: BinaryCoder().encode(values)) == values)
    }

    @Test("A decoder that somebody has kept reads nothing any more, whatever is decoded meanwhile")
    func keptDecoders() throws {
        let coder = BinaryCoder()
        let kept = try coder.decode([Hoarder].self, from: coder.encode([self.point, self.point]))
        for _ in 0..<3 {
            _ = try coder.decode(Point.self, from: coder.encode(self.point))
            for hoarder in kept {
                #expect(throws: DecodingError.self) { try Point(from: hoarder.decoder) }
                #expect(throws: DecodingError.self) { try hoarder.decoder.singleValueContainer().decode(Int.self) }
                #expect(throws: DecodingError.self) { try hoarder.decoder.unkeyedContainer() }
            }
        }
    }

    @Test("Many encode and decode at once")
    func concurrency() async {
        let wrong = await withTaskGroup(of: Int.self) { group in
            for worker in 0..<8 {
                group.addTask {
                    let coder = BinaryCoder()
                    return (0..<500)
                        .count { number in
                            let value = ["w\(worker)": Tree.node(.leaf, value: number, .leaf)]
                            let copy = try? coder.decode([String: Tree].self, from: coder.encode(value))
                            return copy != value
                        }
                }
            }
            return await group.reduce(0, +)
        }
        #expect(wrong == 0)
    }
}
