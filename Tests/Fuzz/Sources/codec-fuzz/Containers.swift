// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Has a superclass that encodes itself into a container of its own.
class Base: Codable {
    var name = "base"
}

final class Derived: Base, Equatable {
    private enum CodingKeys: CodingKey { case extra, other }

    var extra: Int
    var other = Base()

    init(_ extra: Int) {
        self.extra = extra
        super.init()
    }

    required init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.extra = try container.decode(Int.self, forKey: .extra)
        self.other = try Base(from: container.superDecoder(forKey: .other))
        try super.init(from: container.superDecoder())
    }

    override func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try super.encode(to: container.superEncoder())
        try self.other.encode(to: container.superEncoder(forKey: .other))
        try container.encode(self.extra, forKey: .extra)
    }

    static func == (left: Derived, right: Derived) -> Bool {
        left.name == right.name && left.extra == right.extra && left.other.name == right.other.name
    }
}

struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(_ string: String) { self.stringValue = string }
    init?(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { nil }
}

/// Fills containers while it fills others, and asks which keys there are.
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
        for (key, value) in self.second { try map.encode(value, forKey: AnyKey(key)) }
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Keys.self)
        let map = try container.nestedContainer(keyedBy: AnyKey.self, forKey: .second)
        self.second = [:]
        for key in map.allKeys { self.second[key.stringValue] = try map.decode(Int.self, forKey: key) }
        var list = try container.nestedUnkeyedContainer(forKey: .first)
        self.first = []
        while !list.isAtEnd { self.first.append(try list.decode(Int.self)) }
    }
}

/// Tries one type after the other.
indirect enum Choice: Codable, Equatable {
    case numbers([Int])
    case text(String)
    case list([Choice])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let numbers = try? container.decode([Int].self) {
            self = .numbers(numbers)
        } else if let text = try? container.decode(String.self) {
            self = .text(text)
        } else {
            self = .list(try container.decode([Choice].self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .numbers(let numbers): try container.encode(numbers)
        case .text(let text): try container.encode(text)
        case .list(let list): try container.encode(list)
        }
    }
}

/// Is written as what it holds.
struct Single: Codable, Equatable {
    struct Inner: Codable, Equatable { var value: [Int?] }

    var inner: Inner

    init(_ inner: Inner) { self.inner = inner }

    init(from decoder: any Decoder) throws { self.inner = try decoder.singleValueContainer().decode(Inner.self) }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(self.inner)
    }
}

/// Asks for everything that a decoder has, in all ways.
struct Curious: Codable, Equatable {
    var number: Int
    var rest: [Int]
    var known: Bool

    init(number: Int, rest: [Int], known: Bool) {
        self.number = number
        self.rest = rest
        self.known = known
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        try container.encode(self.number)
        var inner = container.nestedUnkeyedContainer()
        for number in self.rest { try inner.encode(number) }
        var keyed = container.nestedContainer(keyedBy: AnyKey.self)
        try keyed.encode(self.known, forKey: AnyKey("known"))
        try container.encodeNil()
        try Base().encode(to: container.superEncoder())
    }

    init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        self.number = try container.decode(Int.self)
        var inner = try container.nestedUnkeyedContainer()
        self.rest = []
        while !inner.isAtEnd {
            if try inner.decodeNil() { continue }
            self.rest.append(try inner.decode(Int.self))
        }
        let keyed = try container.nestedContainer(keyedBy: AnyKey.self)
        let key = AnyKey("known")
        self.known = try keyed.contains(key) && !keyed.decodeNil(forKey: key) && keyed.decode(Bool.self, forKey: key)
        _ = try container.decodeNil()
        _ = try Base(from: container.superDecoder())
        guard container.isAtEnd else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "there is more")
        }
    }
}
