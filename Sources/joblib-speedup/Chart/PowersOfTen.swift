// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

extension Double {
    /// The exponent that makes ten this number.
    var decimalLogarithm: Double { log10(self) }

    /// Creates a power of ten, correctly rounded for negative exponents too.
    init(powerOfTen exponent: Int) {
        // A product of tenths would be off in the last digits, and the digits are what a label shows.
        self = Double("1e\(exponent)") ?? .nan
    }
}
