// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCore
import JoblibWire
import Testing

/// Values whose bytes are taken from anybody: there must be no bytes that make none.
@Suite("Numbers and nothing else")
struct NumbersOnlyTests {
    struct Point: Codable {
        var x: Double
        var y: Double
    }
    struct Segment: Codable {
        var start: Point
        var end: Point
        var weight: Int64
    }
    struct Empty: Codable {}
    struct Padded: Codable {
        var small: Int8
        var large: Int64
    }
    struct Flagged: Codable {
        var number: Int64
        var isOn: Bool
    }
    struct Chosen: Codable {
        var number: Int?
        var other: Int
    }
    struct Named: Codable { var name: String }
    struct Listed: Codable { var numbers: [Int] }
    enum Side: UInt8, Codable { case left, right }
    struct Sided: Codable { var side: Side }
    struct Pointing { var place: UnsafeRawPointer }
    struct Lettered { var scalar: Unicode.Scalar }
    final class Box { let number = 1 }

    struct Addition: PortableTask {
        static let isCodedMemberwise = true
        var one: Double
        var other: Int64

        func run() -> Double { self.one + Double(self.other) }
    }
    struct Cautious: PortableTask {
        var number: Double

        func run() -> Double { self.number }
    }
    struct Spread: PortableTask {
        static let isCodedMemberwise = true
        var small: Int8
        var large: Int64

        func run() -> Int64 { self.large }
    }
    struct Ranging: PortableTask {
        static let isCodedMemberwise = true
        var range: Range<Int>

        func run() -> Int { self.range.count }
    }
    struct Switching: PortableTask {
        static let isCodedMemberwise = true
        var isOn: Bool

        func run() -> Bool { self.isOn }
    }
    struct Idle: PortableTask {
        static let isCodedMemberwise = true

        func run() -> Int { 0 }
    }

    private static let coder = BinaryCoder(trust: .none)

    @Test(
        "are taken as their bytes",
        arguments: [
            Int.self, UInt8.self, Int32.self, UInt64.self, Double.self, Float.self, Addition.self,
        ] as [Any.Type]
    )
    func numbers(_ type: Any.Type) {
        #expect(Self.coder.trustsMemory(of: type))
    }

    @Test(
        "What else there is is not: structs with invariants of their own, flags, cases, optional values, references, addresses",
        arguments: [
            Point.self, Segment.self, Empty.self, Range<Int>.self, Padded.self, Flagged.self, Chosen.self, Named.self,
            Listed.self, Side.self, Sided.self, Pointing.self,
            Cautious.self, Spread.self, Ranging.self, Switching.self, Idle.self, Lettered.self, Box.self, Bool.self,
            String.self, [Int].self, Int?.self, (Int, Int).self, Any.self,
        ] as [Any.Type]
    )
    func others(_ type: Any.Type) {
        #expect(!Self.coder.trustsMemory(of: type))
    }

    @Test("Who trusts all memory trusts that of any type")
    func trusted() {
        #expect(BinaryCoder(trust: .sameBuild).trustsMemory(of: Flagged.self))
    }
}
