// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

// Numbers as text, which is all that would be needed of Foundation.

extension String {
    /// Makes the text of a number with so many decimals, as `%.nf` of printf(3).
    init(_ value: Double, decimals: Int) {
        guard value.isFinite else {
            self = "\(value)"
            return
        }
        var scale = 1.0
        for _ in 0..<decimals { scale *= 10 }
        let scaled = (abs(value) * scale).rounded(.toNearestOrEven)
        guard let digits = Int(exactly: scaled) else {
            self = "\(value)"
            return
        }
        let sign = value < 0 && digits > 0 ? "-" : ""
        let whole = digits / Int(scale)
        guard decimals > 0 else {
            self = "\(sign)\(whole)"
            return
        }
        let fraction = String(digits % Int(scale))
        self = "\(sign)\(whole)." + String(repeating: "0", count: decimals - fraction.count) + fraction
    }

    /// The text with spaces before it, up to a width.
    func aligned(right width: Int) -> String {
        String(repeating: " ", count: max(width - self.utf8.count, 0)) + self
    }
}

extension Duration {
    var inSeconds: Double {
        let (seconds, attoseconds) = self.components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }
}
