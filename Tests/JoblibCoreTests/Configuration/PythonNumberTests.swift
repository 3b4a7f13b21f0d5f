// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import JoblibCore

struct PythonNumberTests {
    @Test(
        "A number is read up to where it ends",
        arguments: [
            ("12", 12, ""), ("1_000*2", 1_000, "*2"), ("0x1F ", 31, " "), ("0X_ff", 255, ""), ("0b11", 3, ""),
            ("0o17)", 15, ")"), (".5", 0.5, ""), ("5.", 5, ""), ("5.+1", 5, "+1"), ("1e6", 1e6, ""), ("1E-2", 0.01, ""),
            ("1e+1_0", 1e10, ""), ("00", 0, ""), ("08.5", 8.5, ""), ("09e1", 90, ""), ("1e400", .infinity, ""),
            ("0xFFFFFFFFFFFFFFFFFFFFFFFF", 0x1p96, ""), ("3#4", 3, "#4"),
        ] as [(String, Double, String)]
    )
    func number(text: String, value: Double, rest: String) throws {
        var bytes = Array(text.utf8)[...]
        let number = try #require(PythonNumber(readingFrom: &bytes))
        #expect(number.value == value)
        #expect(bytes.elementsEqual(rest.utf8))
    }

    @Test(
        "What is no number is left alone",
        arguments: [
            "", "x", "-1", "+1", ".", "_1", "1_", "1__0", "1_.5", "1._5", "1e", "1e_1", "1e+", "007", "0_7", "0x",
            "0x_",
            "0x__1", "0b2", "0o8", "0xg", "1j", "1n_jobs", "1.2.3", "1..", "0x1.8", "1é", "1\u{301}",
        ]
    )
    func noNumber(text: String) {
        var bytes = Array(text.utf8)[...]
        #expect(PythonNumber(readingFrom: &bytes) == nil)
        #expect(bytes.elementsEqual(text.utf8))
    }
}
