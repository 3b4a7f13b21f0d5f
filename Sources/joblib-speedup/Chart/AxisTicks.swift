// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// The values at which an axis has a mark: few, round, and inside the domain.
enum AxisTicks {
    /// Returns multiples of 1, 2 or 5 times a power of ten, at most `count` of them for a domain that starts at 0.
    static func linear(_ domain: ClosedRange<Double>, count: Int) -> [Double] {
        let span = domain.upperBound - domain.lowerBound
        guard span > 0, count > 1 else { return [domain.lowerBound] }
        let step = Self.step(atLeast: span / Double(count - 1))
        let first = (domain.lowerBound / step).rounded(.up)
        // A hundredth of a step keeps a tick that rounding put just outside.
        let last = (domain.upperBound / step + 0.01).rounded(.down)
        return stride(from: first, through: last, by: 1).map { Self.clean($0 * step) }
    }

    /// Returns 1, 2 and 5 times every power of ten, or fewer of them if there would be more than `count`.
    static func logarithmic(_ domain: ClosedRange<Double>, count: Int) -> [Double] {
        let first = Int(domain.lowerBound.decimalLogarithm.rounded(.down))
        let last = Int(domain.upperBound.decimalLogarithm.rounded(.up))
        let tolerance = 1 + 1e-9
        for (factors, stride) in [([1.0, 2, 5], 1), ([1.0], 1), ([1.0], 2), ([1.0], 3), ([1.0], 6)] {
            let ticks = (first...last).filter { $0.isMultiple(of: stride) }
                .flatMap { exponent in factors.map { $0 * Double(powerOfTen: exponent) } }
                .filter { $0 * tolerance >= domain.lowerBound && $0 <= domain.upperBound * tolerance }
            if (1...max(count, 1)).contains(ticks.count) { return ticks }
        }
        return [domain.lowerBound]
    }

    /// Returns the values that can be labelled without touching: the ends, then powers of two, then what fits between.
    static func spaced(_ values: [Int], on scale: AxisScale, minimumDistance: Double) -> [Int] {
        let ends = [values.first, values.last].compactMap(\.self)
        let powersOfTwo = values.filter { $0 & ($0 - 1) == 0 }
        var kept: [Int] = []
        for value in ends + powersOfTwo + values {
            let position = scale.position(Double(value))
            if kept.allSatisfy({ (scale.position(Double($0)) - position).magnitude >= minimumDistance }) {
                kept.append(value)
            }
        }
        return kept.sorted()
    }

    /// Returns the end of an axis that starts at 0 and holds a value: the tick at or above it.
    static func upperEnd(_ maximum: Double, count: Int) -> Double {
        let step = Self.step(atLeast: maximum / Double(count - 1))
        return Self.clean((maximum / step - 0.01).rounded(.up) * step)
    }

    /// Returns the smallest of 1, 2 or 5 times a power of ten that is no smaller than a number.
    private static func step(atLeast minimum: Double) -> Double {
        let power = Double(powerOfTen: Int(minimum.decimalLogarithm.rounded(.down)))
        let factor = [1.0, 2, 5].first { $0 * power >= minimum * (1 - 1e-9) } ?? 10
        return factor * power
    }

    /// Removes what binary fractions add to decimal ones: 0.30000000000000004 becomes 0.3.
    private static func clean(_ value: Double) -> Double {
        guard value != 0 else { return 0 }
        let power = Double(powerOfTen: 12 - Int(value.magnitude.decimalLogarithm.rounded(.up)))
        return (value * power).rounded() / power
    }
}
