// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// A unit in which a time reads well.
struct TimeUnit: Hashable, Sendable {
    let name: String
    let symbol: String

    /// The length of the unit as a power of ten of a second.
    private let exponent: Int

    /// Creates the largest unit of which a number of seconds is at least one; a second for all that is longer.
    init(for seconds: Double) {
        // Half a percent keeps a rounded 1 ms from being shown as 1000 µs.
        switch seconds * 1.005 {
        case 1...: (self.name, self.symbol, self.exponent) = ("seconds", "s", 0)
        case 1e-3...: (self.name, self.symbol, self.exponent) = ("milliseconds", "ms", -3)
        case 1e-6...: (self.name, self.symbol, self.exponent) = ("microseconds", "µs", -6)
        default: (self.name, self.symbol, self.exponent) = ("nanoseconds", "ns", -9)
        }
    }

    /// Returns a number of seconds in this unit, with as many digits as it needs.
    func label(_ seconds: Double) -> String {
        let value = seconds * Double(powerOfTen: -self.exponent)
        if value >= 1_000 { return grouped(Int(value.rounded())) }
        let digits = fixed(value, decimals: 3).reversed().drop { $0 == "0" }
        return String((digits.first == "." ? digits.dropFirst() : digits).reversed())
    }
}
