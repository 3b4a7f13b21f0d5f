// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCore
import JoblibWire
import Testing

/// Writes what the binary coder writes, backwards.
struct BackwardsCoder: TaskCoder {
    func encode<T: Encodable>(_ value: T) throws -> [UInt8] { try BinaryCoder().encode(value).reversed() }

    func decode<T: Decodable>(_ type: T.Type, from bytes: ArraySlice<UInt8>) throws -> T {
        try BinaryCoder().decode(type, from: Array(bytes.reversed()))
    }
}

/// A coder that another process can find, if it can find the argument.
struct CoderOf<Argument>: TaskCoder {
    func encode<T: Encodable>(_ value: T) throws -> [UInt8] { try BinaryCoder().encode(value) }

    func decode<T: Decodable>(_ type: T.Type, from bytes: ArraySlice<UInt8>) throws -> T {
        try BinaryCoder().decode(type, from: bytes)
    }
}

private struct PrivateCoder: TaskCoder {
    func encode<T: Encodable>(_ value: T) throws -> [UInt8] { [] }
    func decode<T: Decodable>(_ type: T.Type, from bytes: ArraySlice<UInt8>) throws -> T { throw Failing.Refusal() }
}

private struct PrivateArgument {}

/// Has the keys of `Encoded`, and anything in them.
struct Forged: Codable {
    var coder: String
    var bytes: [UInt8]
}

/// Goes on inside of a payload of its own for as long as it likes.
// SAFETY: it holds a constant that is Sendable; the compiler cannot see that before it knows that the class is.
final class Doll: Codable, @unchecked Sendable {
    let inner: [Encoded<Doll>]

    init(_ inner: [Encoded<Doll>] = []) { self.inner = inner }
}

@Suite("Values with coders of their own", .timeLimit(.minutes(1)))
struct EncodedTests {
    private func path(_ error: DecodingError?) -> (keys: [String], text: String)? {
        switch error {
        case .dataCorrupted(let context), .typeMismatch(_, let context), .keyNotFound(_, let context):
            (context.codingPath.map(\.stringValue), context.debugDescription)
        default: nil
        }
    }

    @Test("Come back, by whatever coder", arguments: 0..<2)
    func roundTrip(_ index: Int) throws {
        let coder = BinaryCoderTests.coders[index]
        let value = ["a": [1.5, -0.0], "b": []]
        let list = [Encoded(value, with: BackwardsCoder()), Encoded(value, with: BinaryCoder())]
        let copy = try coder.decode([Encoded<[String: [Double]]>].self, from: coder.encode(list))
        #expect(copy.map(\.value) == [value, value])
        // And once more, with the coders that were found by their names.
        #expect(try coder.encode(copy).count == coder.encode(list).count)
        let generic = Encoded(7, with: CoderOf<Point>())
        #expect(try coder.decode(Encoded<Int>.self, from: coder.encode(generic)).value == 7)
    }

    @Test("Are refused if their coder has no name elsewhere")
    func names() throws {
        struct Local: TaskCoder {
            func encode<T: Encodable>(_ value: T) throws -> [UInt8] { [] }
            func decode<T: Decodable>(_ type: T.Type, from bytes: ArraySlice<UInt8>) throws -> T {
                throw Failing.Refusal()
            }
        }
        for coder in [PrivateCoder(), Local(), CoderOf<PrivateArgument>()] as [any TaskCoder] {
            let error = #expect(throws: EncodingError.self) {
                try BinaryCoder().encode(["k": self.wrap(1, coder)])
            }
            guard case .invalidValue(_, let context)? = error else { throw Failing.Refusal() }
            #expect(context.codingPath.map(\.stringValue) == ["k"])
            #expect(context.debugDescription.contains("cannot find by its name"))
        }
    }

    private func wrap(_ value: Int, _ coder: some TaskCoder) -> Encoded<Int> { Encoded(value, with: coder) }

    @Test("Name a coder that there is not, or that is none")
    func unknownCoders() throws {
        let names = [
            "", "nonsense", "11JoblibNever5CoderV", "Si", "SaySiG", "$", "17JoblibWireTests5PointV",
            "\u{1}\u{2}\u{3}\u{4}\u{5}",
            String(repeating: "Say", count: 100_000), String(repeating: "9", count: 200), "SS_", "ü",
        ]
        for name in names {
            let bytes = try BinaryCoder().encode([Forged(coder: name, bytes: [1, 2, 3])])
            let error = #expect(throws: DecodingError.self) {
                try BinaryCoder().decode([Encoded<Int>].self, from: bytes)
            }
            let found = try #require(self.path(error))
            #expect(found.keys == ["0", "coder"])
            #expect(found.text.contains("no coder named") && found.text.utf8.count < 400)
        }
    }

    @Test("Say that a payload is of another codec, and where in it another error is")
    func payloads() throws {
        let name = try #require(_mangledTypeName(BinaryCoder.self))
        for bytes in [[], [UInt8]("{\"x\":1}".utf8), [0x4a], [UInt8](repeating: 9, count: 100)] {
            let forged = try BinaryCoder().encode(Forged(coder: name, bytes: bytes))
            let error = #expect(throws: DecodingError.self) {
                try BinaryCoder().decode(Encoded<Int>.self, from: forged)
            }
            let found = try #require(self.path(error))
            #expect(found.keys == ["bytes"])
            #expect(found.text.contains("a payload of another codec than BinaryCoder"))
        }
        let text = Encoded([["k": "text"]], with: BackwardsCoder())
        let bytes = try BinaryCoder().encode(["outer": text])
        let error = #expect(throws: DecodingError.self) {
            try BinaryCoder().decode([String: Encoded<[[String: Int]]>].self, from: bytes)
        }
        #expect(self.path(error)?.keys == ["outer", "bytes", "0", "k"])
    }

    @Test("May be inside of each other, as long as the stack holds them")
    func depth() throws {
        var doll = Doll()
        for _ in 0..<4 { doll = Doll([Encoded(doll, with: BinaryCoder())]) }
        let bytes = try BinaryCoder().encode(doll)
        _ = try BinaryCoder().decode(Doll.self, from: bytes)
        for _ in 0..<20 { doll = Doll([Encoded(doll, with: BinaryCoder())]) }
        let deep = try BinaryCoder().encode(doll)
        let error = #expect(throws: DecodingError.self) { try BinaryCoder().decode(Doll.self, from: deep) }
        #expect(self.path(error)?.text.contains("inside of each other") == true)
    }
}
