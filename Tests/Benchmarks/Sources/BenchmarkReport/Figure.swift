// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// What is told of a sample.
package enum Figure: Equatable, Sendable {
    case time(TimeUnit)

    /// The ideal time as a part of the time taken.
    case efficiency

    /// The time of one worker over the time of two.
    case speedup

    /// How much of one CPU a process was busy with.
    case share

    package var moreIsBetter: Bool { self == .efficiency || self == .speedup }

    package var isTime: Bool {
        if case .time = self { true } else { false }
    }

    package var unit: String {
        switch self {
        case .time(let unit): unit.symbol
        case .efficiency: "of the ideal"
        case .speedup: "times as fast"
        case .share: "of one CPU"
        }
    }

    /// The better of two values is at least as good as the other.
    package func isAtLeast(_ value: Double, asGoodAs other: Double) -> Bool {
        self.moreIsBetter ? value >= other : value <= other
    }

    package func best(_ values: [Double]) -> Double? { self.moreIsBetter ? values.max() : values.min() }

    /// The number without its unit.
    package func text(_ value: Double) -> String {
        switch self {
        case .time(let unit): NumberText.significant(value / unit.seconds)
        case .efficiency: NumberText.fixed(value, digits: 3)
        case .speedup, .share: NumberText.fixed(value, digits: 2)
        }
    }
}

package enum TimeUnit: Sendable {
    case nanoseconds
    case microseconds
    case milliseconds

    var symbol: String {
        switch self {
        case .nanoseconds: "ns"
        case .microseconds: "µs"
        case .milliseconds: "ms"
        }
    }

    package var seconds: Double {
        switch self {
        case .nanoseconds: 1e-9
        case .microseconds: 1e-6
        case .milliseconds: 1e-3
        }
    }
}
