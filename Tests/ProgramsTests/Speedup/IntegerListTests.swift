// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import joblib_speedup

@Suite("Lists on the command line")
struct IntegerListTests {
    static let lists: [(String, [Int])] = [
        ("7", [7]), ("1,2,4", [1, 2, 4]), ("4,2,2,1", [1, 2, 4]), ("1...4", [1, 2, 3, 4]), ("3...3", [3]),
        ("10...30/10", [10, 20, 30]), ("10...35/10", [10, 20, 30]), ("1,4...6,100", [1, 4, 5, 6, 100]),
    ]

    @Test("A list is numbers and ranges, sorted", arguments: Self.lists)
    func valid(text: String, values: [Int]) throws {
        #expect(try IntegerList(text, in: 1...1_000).values == values)
    }

    static let errors: [(String, String)] = [
        ("", "a number is missing"), ("1,", "a number is missing"), ("1...", "a number is missing"),
        ("1...5/", "a number is missing"), ("x", "'x' is not a positive whole number"),
        ("-1", "'-1' is not a positive whole number"), ("+1", "'+1' is not a positive whole number"),
        ("1.5", "'1.5' is not a positive whole number"), ("1..3", "'1..3' is not a positive whole number"),
        ("٣", "'٣' is not a positive whole number"), ("0", "0 is not from 1 to 1000"),
        ("1001", "1001 is not from 1 to 1000"), ("99999999999999999999", "99999999999999999999 is not from 1 to 1000"),
        ("5...2", "the range 5...2 runs backwards"), ("1...5/0", "0 is not from 1 to 1000"),
    ]

    @Test("A wrong list is told what is wrong with it", arguments: Self.errors)
    func invalid(text: String, reason: String) {
        #expect(throws: IntegerList.SyntaxError(description: reason)) { try IntegerList(text, in: 1...1_000) }
    }

    @Test("A list that is too long is refused before it is made")
    func tooLong() {
        let reason = "more than 1000 values"
        #expect(throws: IntegerList.SyntaxError(description: reason)) { try IntegerList("1...1001", in: 1...Int.max) }
        #expect(throws: IntegerList.SyntaxError(description: reason)) {
            try IntegerList("1...\(Int.max)", in: 1...Int.max)
        }
    }
}
