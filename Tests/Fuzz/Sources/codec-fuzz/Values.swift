// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibWire

/// A number that is equal to what has the same bits, as no NaN is.
struct Bits: Codable, Equatable {
    var number: Double

    init(_ number: Double) { self.number = number }

    init(from decoder: any Decoder) throws { self.number = try decoder.singleValueContainer().decode(Double.self) }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(self.number)
    }

    static func == (left: Self, right: Self) -> Bool { left.number.bitPattern == right.number.bitPattern }
}

struct Numbers: Codable, Equatable {
    var doubles: [Double] = [0.5, -0.0, .nan]
    var floats: [Float] = [1, .infinity]
    var lists: [[Int32]] = [[1], []]
    var words: [UInt64] = [.max]
    var single: Float = 0.25

    static func == (left: Self, right: Self) -> Bool {
        left.doubles.map(\.bitPattern) == right.doubles.map(\.bitPattern)
            && left.floats.map(\.bitPattern) == right.floats.map(\.bitPattern) && left.lists == right.lists
            && left.words == right.words && left.single.bitPattern == right.single.bitPattern
    }
}

struct Wide: Codable, Equatable {
    var signed: [Int128]
    var unsigned: [UInt128]
}

struct Record: Codable, Equatable {
    var name = "name"
    var count: UInt16 = 3
    var next: [Record]?
    var flags: Set<Bool> = []
    var small: Int8? = -4
    var table: [String: Int?] = ["a": nil, "b": 2]
}

indirect enum Tree: Codable, Equatable {
    case leaf
    case node(Tree, value: Int, Tree)
}

enum Shape: Codable, Equatable {
    case circle(radius: Int)
    case named(String, [UInt8])
    case nothing
    case optional(Int?)
}

/// A list of objects, each of which holds the rest.
final class Link: Codable, Equatable {
    let number: Int
    let next: Link?

    init(_ number: Int, _ next: Link?) {
        self.number = number
        self.next = next
    }

    static func == (left: Link, right: Link) -> Bool { left.number == right.number && left.next == right.next }
}

/// Has a coder of its own for what it holds.
struct Enclosed: Codable, Equatable {
    var table: Encoded<[Int: String]>

    init(_ table: [Int: String]) { self.table = Encoded(table, with: BinaryCoder()) }

    static func == (left: Self, right: Self) -> Bool { left.table.value == right.table.value }
}
