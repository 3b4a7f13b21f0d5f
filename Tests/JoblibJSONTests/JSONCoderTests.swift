// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCore
import JoblibJSON
import JoblibWire
import Testing

struct Sum: PortableTask, Equatable {
    var left: Int
    var right: Int
    var note: String?

    func run() -> Int { self.left + self.right }
}

indirect enum Expression: Codable, Equatable {
    case number(Double)
    case sum(Expression, Expression)
}

/// A task one value of which is coded as JSON, whatever coder the task has.
struct Labelled: PortableTask {
    var label: Encoded<[String: Double]>

    func run() -> Double { self.label.value.values.reduce(0, +) }
}

@Suite("The JSON coder", .timeLimit(.minutes(1)))
struct JSONCoderTests {
    private let coder: some TaskCoder = JSONCoder()

    private func roundTrip<T: Codable>(_ value: T) throws -> T {
        try self.coder.decode(T.self, from: self.coder.encode(value)[...])
    }

    private func text<T: Codable>(_ value: T) throws -> String {
        String(decoding: try self.coder.encode(value), as: UTF8.self)
    }

    @Test("Values come back, also those that are no object and no array")
    func values() throws {
        #expect(try self.roundTrip(42) == 42)
        #expect(try self.roundTrip(UInt64.max) == .max)
        #expect(try self.roundTrip("ü/👩‍👩‍👧\0") == "ü/👩‍👩‍👧\0")
        #expect(try self.roundTrip(true) == true)
        #expect(try self.roundTrip(String?.none) == nil)
        #expect(try self.roundTrip([1, nil, 3]) == [1, nil, 3])
        #expect(try self.roundTrip(["b": [1], "a": []]) == ["b": [1], "a": []])
        let expression = Expression.sum(.number(1), .sum(.number(2.5), .number(-3)))
        #expect(try self.roundTrip(expression) == expression)
    }

    @Test("What travels can be read")
    func readable() throws {
        #expect(try self.text(Sum(left: 1, right: 2, note: "a/b")) == #"{"left":1,"note":"a/b","right":2}"#)
    }

    @Test("Floating-point numbers come back bit by bit")
    func floats() throws {
        let numbers = [
            0.0, -0.0, .infinity, -.infinity, 0.1, 1 / 3, .pi, .leastNonzeroMagnitude, -.leastNormalMagnitude,
            .greatestFiniteMagnitude, 1e23, 9_007_199_254_740_992,
        ]
        #expect(try self.roundTrip(numbers).map(\.bitPattern) == numbers.map(\.bitPattern))
        for number in numbers { #expect(try self.roundTrip(number).bitPattern == number.bitPattern) }
        let floats: [Float] = [-0.0, .infinity, 0.1, .leastNonzeroMagnitude, .greatestFiniteMagnitude]
        #expect(try self.roundTrip(floats).map(\.bitPattern) == floats.map(\.bitPattern))
    }

    @Test("Of what is no number, that much comes back")
    func noNumbers() throws {
        let numbers = [Double.nan, .signalingNaN, -.nan, Double(bitPattern: 0x7ff8_0000_dead_beef)]
        #expect(try self.roundTrip(numbers).allSatisfy(\.isNaN))
        #expect(try self.roundTrip(["x": Float.nan])["x"]?.isNaN == true)
    }

    @Test("A portable task comes back and runs")
    func task() throws {
        let sum = Sum(left: 20, right: 22)
        #expect(try self.roundTrip(sum) == sum)
        #expect(try self.roundTrip(sum).run() == 42)
    }

    @Test("Of optionals inside of each other, the value comes back, and one null for all that is none")
    func nestedOptionals() throws {
        #expect(try self.roundTrip([String??.some("x"), .some(.none), .none]) == [.some("x"), .none, .none])
    }

    @Test("An error says where in the value it is")
    func path() throws {
        let bytes = try self.coder.encode(["list": [[:], ["k": "text"]]] as [String: [[String: String]]])
        let error = #expect(throws: DecodingError.self) {
            try self.coder.decode([String: [[String: Int]]].self, from: bytes[...])
        }
        guard case .typeMismatch(_, let context)? = error else { return #expect(Bool(false), "\(error as Any)") }
        #expect(context.codingPath.map(\.stringValue) == ["list", "Index 1", "k"])
    }

    @Test("What is no JSON, or has anything behind it, is an error")
    func garbage() {
        for text in ["", "{", "[1,]", "1 2", "\u{4a}\u{80}", "{\"left\":1}", "nan"] {
            #expect(throws: DecodingError.self) { try self.coder.decode(Sum.self, from: Array(text.utf8)[...]) }
        }
        #expect(throws: DecodingError.self) { try self.coder.decode(String.self, from: [0x22, 0xff, 0x22]) }
        let deep = [UInt8](repeating: UInt8(ascii: "["), count: 1_000_000)
        #expect(throws: DecodingError.self) { try self.coder.decode(Expression.self, from: deep[...]) }
    }

    @Test("A value may be JSON inside of a task that is not")
    func encoded() throws {
        let task = Labelled(label: Encoded(["a": 1.5, "b": 2], with: .json))
        let bytes = try BinaryCoder().encode(task)
        #expect(String(decoding: bytes, as: UTF8.self).contains(#"{"a":1.5,"b":2}"#))
        let copy = try BinaryCoder().decode(Labelled.self, from: bytes)
        #expect(copy.label.value == ["a": 1.5, "b": 2])
        #expect(copy.run() == 3.5)
        #expect(try self.roundTrip(task).label.value == ["a": 1.5, "b": 2])
    }
}
