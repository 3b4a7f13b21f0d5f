// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import Glibc

/// The functions of libm that the standard library lacks.
public enum LibraryMath {
    /// Returns the base raised to the exponent, as `pow(3)`.
    ///
    /// - Parameters:
    ///   - base: Any number.
    ///   - exponent: Any number.
    /// - Returns: The power; NaN for a negative base with a fractional exponent, an infinity for 0 with a negative one.
    public static func power(_ base: Double, _ exponent: Double) -> Double {
        pow(base, exponent)
    }
}
