// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibWire
import Testing

struct Point: Codable, Equatable {
    var x: Double
    var label: String?
    var tags: [String: [Int]]
}

indirect enum Tree: Codable, Equatable {
    case leaf
    case node(Tree, value: Int, Tree)
}

class Base: Codable {
    var name = "base"
}

final class Derived: Base {
    private enum CodingKeys: CodingKey { case extra }

    var extra = 7

    override init() { super.init() }

    required init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.extra = try container.decode(Int.self, forKey: .extra)
        try super.init(from: container.superDecoder())
    }

    override func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try super.encode(to: container.superEncoder())
        try container.encode(self.extra, forKey: .extra)
    }
}

/// Fills containers while it fills others.
struct Interleaved: Codable, Equatable {
    var first: [Int]
    var second: [String: Int]

    private enum Keys: CodingKey { case first, second, between }

    init(first: [Int], second: [String: Int]) {
        self.first = first
        self.second = second
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        var list = container.nestedUnkeyedContainer(forKey: .first)
        var map = container.nestedContainer(keyedBy: AnyKey.self, forKey: .second)
        try container.encode(true, forKey: .between)
        for number in self.first { try list.encode(number) }
        for (key, value) in self.second.sorted(by: { $0.key < $1.key }) { try map.encode(value, forKey: AnyKey(key)) }
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Keys.self)
        let map = try container.nestedContainer(keyedBy: AnyKey.self, forKey: .second)
        self.second = try Dictionary(
            uniqueKeysWithValues: map.allKeys.map { ($0.stringValue, try map.decode(Int.self, forKey: $0)) }
        )
        var list = try container.nestedUnkeyedContainer(forKey: .first)
        self.first = []
        while !list.isAtEnd { self.first.append(try list.decode(Int.self)) }
    }
}

struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(_ string: String) { self.stringValue = string }
    init?(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { nil }
}

struct Failing: Codable {
    struct Refusal: Error {}

    var depth = 0

    func encode(to encoder: any Encoder) throws { throw Refusal() }
}

@Suite("The binary coder", .timeLimit(.minutes(1)))
struct BinaryCoderTests {
    static let coders = [BinaryCoder(), BinaryCoder(trust: .sameBuild)]

    private func roundTrip<T: Codable>(_ value: T, _ coder: BinaryCoder) throws -> T {
        try coder.decode(T.self, from: coder.encode(value))
    }

    @Test("Values come back", arguments: 0..<2)
    func values(_ index: Int) throws {
        let coder = Self.coders[index]
        #expect(try self.roundTrip(42, coder) == 42)
        #expect(try self.roundTrip([Int.min, -1, 0, 127, 128, .max], coder) == [Int.min, -1, 0, 127, 128, .max])
        #expect(try self.roundTrip(UInt64.max, coder) == .max)
        #expect(try self.roundTrip([Int128.min, .max], coder) == [.min, .max])
        #expect(try self.roundTrip([UInt128.max, 0], coder) == [.max, 0])
        #expect(try self.roundTrip(["", "ü", "👩‍👩‍👧", "\0"], coder) == ["", "ü", "👩‍👩‍👧", "\0"])
        #expect(try self.roundTrip([true, false], coder) == [true, false])
        #expect(try self.roundTrip([1, nil, 3], coder) == [1, nil, 3])
        #expect(try self.roundTrip(String?.none, coder) == nil)
        #expect(try self.roundTrip([[[1]], [], [[], [2, 3]]], coder) == [[[1]], [], [[], [2, 3]]])
        #expect(try self.roundTrip([1: "a", -5: "b"], coder) == [1: "a", -5: "b"])
        #expect(try self.roundTrip(["k": 1.5], coder) == ["k": 1.5])
        #expect(try self.roundTrip(Set([1, 2, 3]), coder) == [1, 2, 3])
        let point = Point(x: 0.1, label: nil, tags: ["a": [1, 2], "": []])
        #expect(try self.roundTrip([point, point], coder) == [point, point])
        let tree = Tree.node(.node(.leaf, value: 1, .leaf), value: 2, .leaf)
        #expect(try self.roundTrip(tree, coder) == tree)
        let interleaved = Interleaved(first: [1, 2, 3], second: ["a": 1, "b": 2])
        #expect(try self.roundTrip([interleaved], coder) == [interleaved])
        #expect(try self.roundTrip([UInt8](0..<255), coder) == [UInt8](0..<255))
    }

    @Test("Floating-point numbers come back bit by bit", arguments: 0..<2)
    func bits(_ index: Int) throws {
        let coder = Self.coders[index]
        let numbers = [
            0.0, -0.0, .infinity, -.infinity, .nan, .signalingNaN, Double(bitPattern: 0x7ff8_0000_dead_beef),
            .leastNonzeroMagnitude,
        ]
        #expect(try self.roundTrip(numbers, coder).map(\.bitPattern) == numbers.map(\.bitPattern))
        for number in numbers {
            #expect(try self.roundTrip(["x": number], coder)["x"]?.bitPattern == number.bitPattern)
        }
        let floats = [Float.nan, -0, .infinity, Float(bitPattern: 0x7fc0_beef)]
        #expect(try self.roundTrip(floats, coder).map(\.bitPattern) == floats.map(\.bitPattern))
    }

    @Test("Classes come back as values, with what their superclass encodes", arguments: 0..<2)
    func classes(_ index: Int) throws {
        let object = Derived()
        object.name = "changed"
        object.extra = 9
        let copy = try self.roundTrip(object, Self.coders[index])
        #expect(copy.name == "changed" && copy.extra == 9)
    }

    @Test("Keys may be missing, unknown, or in another order", arguments: 0..<2)
    func evolution(_ index: Int) throws {
        struct New: Codable, Equatable {
            var added: Int?
            var c: String
            var a: Int
        }
        struct Old: Codable {
            var a = 1
            var b = [2, 3]
            var c = "c"
        }
        let coder = Self.coders[index]
        #expect(try coder.decode(New.self, from: coder.encode(Old())) == New(added: nil, c: "c", a: 1))
    }

    @Test("An error says where in the value it is")
    func path() throws {
        let coder = BinaryCoder()
        struct Inner: Codable { var number: Int }
        struct OuterOfText: Codable { var list: [[String: String]] }
        struct OuterOfNumbers: Codable { var list: [[String: Int]] }
        let bytes = try coder.encode(OuterOfText(list: [[:], ["k": "text"]]))
        let error = #expect(throws: DecodingError.self) { try coder.decode(OuterOfNumbers.self, from: bytes) }
        guard case .typeMismatch(_, let context)? = error else { throw Failing.Refusal() }
        #expect(context.codingPath.map(\.stringValue) == ["list", "1", "k"])
        #expect(throws: Failing.Refusal.self) { try coder.encode([Failing()]) }
    }

    @Test("What is too deep is refused, on both sides")
    func depth() throws {
        var tree = Tree.leaf
        for number in 0..<2000 { tree = .node(tree, value: number, .leaf) }
        let deep = tree
        #expect(throws: EncodingError.self) { try BinaryCoder().encode(deep) }
        var limits = CodingLimits()
        limits.depth = 20
        let list = [[[[[[[[[["x"]]]]]]]]]]
        let bytes = try BinaryCoder().encode(list)
        limits.depth = 5
        #expect(throws: DecodingError.self) {
            try BinaryCoder(limits: limits).decode([[[[[[[[[[String]]]]]]]]]].self, from: bytes)
        }
        // A million unkeyed containers that are only skipped.
        let hostile = [bytes[0]] + [UInt8](repeating: 9, count: 1_000_000) + [0, 0, 0, 0]
        #expect(throws: DecodingError.self) { try BinaryCoder().decode(Point.self, from: hostile) }
        #expect(throws: DecodingError.self) { try BinaryCoder().decode([String].self, from: hostile) }
    }

    @Test("A value cut anywhere, or with anything behind it, is an error")
    func cuts() throws {
        let coder = BinaryCoder()
        let bytes = try coder.encode([Point(x: 1, label: "label", tags: ["a": [1, 200, 70_000]])])
        for count in 0..<bytes.count {
            #expect(throws: DecodingError.self) { try coder.decode([Point].self, from: Array(bytes.prefix(count))) }
        }
        #expect(throws: DecodingError.self) { try coder.decode([Point].self, from: bytes + [0]) }
        #expect(throws: DecodingError.self) { try coder.decode([Point].self, from: [UInt8]("{\"x\":1}".utf8)) }
    }

    @Test("A value with any bit turned is another value or an error, and nothing worse")
    func bitFlips() throws {
        let coder = BinaryCoder()
        let value = [Tree.node(.leaf, value: -300, .leaf), .leaf]
        let bytes = try coder.encode(value)
        var errors = 0
        for position in bytes.indices {
            for bit in 0..<8 {
                var turned = bytes
                turned[position] ^= 1 << bit
                if (try? coder.decode([Tree].self, from: turned)) == nil { errors += 1 }
            }
        }
        #expect(errors > bytes.count)
    }

    @Test(
        "Text that is no UTF-8 is text with replacements, or an error, in strings and in keys",
        arguments: [true, false]
    )
    func invalidText(isKey: Bool) throws {
        let coder = BinaryCoder()
        let bytes = try coder.encode(isKey ? ["qqqq": "x"] : ["x": "qqqq"])
        let place = try #require((0..<bytes.count - 3).first { Array(bytes[$0..<$0 + 4]) == Array("qqqq".utf8) })
        for wrong in [
            [0xff, 0xfe, 0xfd, 0xfc], [0xc0, 0x80, 0xc0, 0x80], [0xed, 0xa0, 0x80, 0x71], [0xf4, 0x90, 0x80, 0x80],
        ] as [[UInt8]] {
            var damaged = bytes
            damaged.replaceSubrange(place..<place + 4, with: wrong)
            guard let value = try? coder.decode([String: String].self, from: damaged) else { continue }
            let text = try #require(isKey ? value.keys.first : value.values.first)
            #expect(text == String(decoding: wrong, as: UTF8.self))
        }
    }

    @Test("Random bytes are an error, or some value, and nothing worse")
    func randomBytes() throws {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<20_000 {
            let count = Int.random(in: 0..<64, using: &generator)
            // Most are made of the bytes that begin values.
            let bytes = (0..<count).map { _ in Bool.random() ? UInt8.random(in: 0..<16) : UInt8.random(in: 0...255) }
            for coder in Self.coders.prefix(1) {
                _ = try? coder.decode([Point].self, from: [0x4a] + bytes)
                _ = try? coder.decode([String: [Double]].self, from: [0x4a] + bytes + [0, 0, 0, 0])
                _ = try? coder.decode(Interleaved.self, from: [0x4a] + bytes + [0, 0, 0, 0])
                _ = try? coder.decode([Bool].self, from: [0x4a] + bytes + [0, 0, 0, 0])
            }
        }
    }

    @Test("More bytes than are allowed are refused, on both sides")
    func size() throws {
        var limits = CodingLimits()
        limits.byteCount = 1000
        let coder = BinaryCoder(limits: limits)
        #expect(throws: EncodingError.self) { try coder.encode([Double](repeating: 1, count: 1000)) }
        let bytes = try BinaryCoder().encode([Double](repeating: 1, count: 1000))
        #expect(throws: DecodingError.self) { try coder.decode([Double].self, from: bytes) }
    }

    enum Column: Codable, Equatable {
        case ints([Int])
        case doubles([Double])

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let ints = try? container.decode([Int].self) {
                self = .ints(ints)
            } else {
                self = .doubles(try container.decode([Double].self))
            }
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .ints(let ints): try container.encode(ints)
            case .doubles(let doubles): try container.encode(doubles)
            }
        }
    }

    enum Kind: String, Codable { case small, large }

    /// Encodes other types than it decodes.
    struct Tolerant: Codable, Equatable {
        var kind = Kind.large
        var numbers: Set<Int> = [3, 1, 2]
        var count = 5

        private enum Keys: CodingKey { case kind, numbers, count }

        init() {}

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Keys.self)
            try container.encode(self.kind, forKey: .kind)
            try container.encode(self.numbers.sorted(), forKey: .numbers)
            try container.encode(Int32(self.count), forKey: .count)
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Keys.self)
            self.kind = Kind(rawValue: try container.decode(String.self, forKey: .kind)) ?? .small
            self.numbers = try container.decode(Set<Int>.self, forKey: .numbers)
            self.count = try container.decode(Int.self, forKey: .count)
        }
    }

    @Test(
        "What is decoded as another type is converted, or is no such value, and never taken for one",
        arguments: 0..<2
    )
    func types(_ index: Int) throws {
        let coder = Self.coders[index]
        let columns = [Column.doubles([1.5, 2]), .ints([1, 2])]
        #expect(try self.roundTrip(columns, coder) == columns)
        #expect(try self.roundTrip(Tolerant(), coder) == Tolerant())
        #expect(try self.roundTrip([Tolerant()], coder) == [Tolerant()])
        let lists = try BinaryCoder().encode([[Int32(1), -2, 3]])
        #expect(try BinaryCoder().decode([[Int]].self, from: lists) == [[1, -2, 3]])
        #expect(throws: DecodingError.self) { try BinaryCoder().decode([[UInt8]].self, from: lists) }
        #expect(throws: DecodingError.self) { try BinaryCoder().decode([[String]].self, from: lists) }
    }

    @Test("An optional that is there and holds nothing stays one", arguments: 0..<2)
    func nestedOptionals(_ index: Int) throws {
        let values: [String??] = [.none, .some(nil), .some("x")]
        #expect(try self.roundTrip(values, Self.coders[index]) == values)
        for value in values { #expect(try self.roundTrip(value, Self.coders[index]) == value) }
        // They are no deeper to the one side than to the other.
        var limits = CodingLimits()
        limits.depth = 1
        #expect(try self.roundTrip([String??.none], BinaryCoder(limits: limits)) == [.none])
    }
}
