// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc

/// Where ratios lie, and which of them are written at the axis.
struct LogarithmicAxis {
    private let decades: ClosedRange<Int>
    private let start: Double
    private let end: Double

    /// Creates an axis of whole powers of ten that has all of the ratios on it.
    init(covering ratios: [Double], from start: Double, to end: Double) {
        let logarithms = ratios.filter { $0 > 0 && $0.isFinite }.map { log10($0) }
        let low = Int((logarithms.min() ?? 0).rounded(.down))
        let high = Int((logarithms.max() ?? 0).rounded(.up))
        self.decades = low...max(high, low + 1)
        self.start = start
        self.end = end
    }

    var marks: [(ratio: Double, text: String)] {
        self.decades.map { decade in
            let ratio = pow(10, Double(decade))
            return (ratio, decade < 0 ? "1/\(Int(pow(10, Double(-decade))))" : NumberText.fixed(ratio, digits: 0))
        }
    }

    func position(of ratio: Double) -> Double {
        let part = (log10(ratio) - Double(self.decades.lowerBound)) / Double(self.decades.count - 1)
        return self.start + part * (self.end - self.start)
    }
}
