// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import joblib_speedup

@Suite("Numbers as text")
struct NumberFormatTests {
    @Test("Digits after the point are rounded and filled")
    func fixedDecimals() {
        #expect(fixed(1.25, decimals: 1) == "1.3")
        #expect(fixed(0.04, decimals: 1) == "0.0")
        #expect(fixed(-0.06, decimals: 1) == "-0.1")
        #expect(fixed(-0.01, decimals: 1) == "0.0")
        #expect(fixed(99.5, decimals: 0) == "100")
        #expect(fixed(0.000123, decimals: 6) == "0.000123")
        #expect(fixed(1e300, decimals: 3) == "1e+300")
    }

    @Test("Thousands are grouped")
    func groups() {
        #expect(
            [0, 999, 1_000, 50_000, 1_234_567, -1_000].map(grouped) == [
                "0", "999", "1,000", "50,000", "1,234,567", "-1,000",
            ]
        )
    }

    @Test(
        "A time has the unit in which it reads well",
        arguments: [
            (2.0, "2 s"), (0.996, "0.996 s"), (0.5, "500 ms"), (0.001, "1 ms"), (0.000_02, "20 µs"), (1e-8, "10 ns"),
            (5_000, "5,000 s"), (1.5, "1.5 s"),
        ]
    )
    func units(seconds: Double, text: String) {
        let unit = TimeUnit(for: seconds)
        #expect("\(unit.label(seconds)) \(unit.symbol)" == text)
    }
}
