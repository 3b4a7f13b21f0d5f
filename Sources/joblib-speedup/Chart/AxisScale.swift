// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// The map from values to positions along an axis.
struct AxisScale: Hashable, Sendable {
    /// How values are spread.
    enum Kind: Hashable, Sendable {
        /// Equal differences take equal space.
        case linear

        /// Equal ratios take equal space; all values are positive.
        case logarithmic
    }

    let kind: Kind

    /// The values at both ends.
    let domain: ClosedRange<Double>

    /// The position of the lower end of the domain.
    let start: Double

    /// The position of the upper end of the domain.
    let end: Double

    /// Returns the position of a value; the middle of the axis if the domain is a single value.
    func position(_ value: Double) -> Double {
        let lower = self.transformed(self.domain.lowerBound)
        let upper = self.transformed(self.domain.upperBound)
        guard upper > lower else { return (self.start + self.end) / 2 }
        return self.start + (self.transformed(value) - lower) / (upper - lower) * (self.end - self.start)
    }

    /// Returns a domain for a logarithmic axis with a little air around positive values, and never too narrow for a tick.
    static func logarithmicDomain(holding values: [Double]) -> ClosedRange<Double> {
        let lower = values.min() ?? 1
        let upper = values.max() ?? 1
        let air = max(1.15, (4 / (upper / lower)).squareRoot())
        return lower / air...upper * air
    }

    private func transformed(_ value: Double) -> Double {
        switch self.kind {
        case .linear: value
        case .logarithmic: value.decimalLogarithm
        }
    }
}
