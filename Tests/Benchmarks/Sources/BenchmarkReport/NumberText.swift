// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Numbers as they stand in the tables.
enum NumberText {
    /// Three significant digits, and no fewer than are before the point.
    static func significant(_ value: Double) -> String {
        switch abs(value) {
        case ..<0.0995: self.fixed(value, digits: 3)
        case ..<9.995: self.fixed(value, digits: 2)
        case ..<99.95: self.fixed(value, digits: 1)
        default: self.fixed(value, digits: 0)
        }
    }

    static func fixed(_ value: Double, digits: Int) -> String {
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let scaled = Int((abs(value) * scale).rounded())
        let whole = scaled / Int(scale)
        let sign = value < 0 && scaled != 0 ? "−" : ""
        guard digits > 0 else { return "\(sign)\(self.grouped(whole))" }
        let fraction = String(scaled % Int(scale))
        return "\(sign)\(self.grouped(whole)).\(String(repeating: "0", count: digits - fraction.count))\(fraction)"
    }

    /// An amount of memory, in mebibytes.
    static func mebibytes(_ bytes: Int) -> String { "\(self.significant(Double(bytes) / 1_048_576)) MiB" }

    private static func grouped(_ value: Int) -> String {
        value < 10_000
            ? String(value) : "\(self.grouped(value / 1000)),\(String(String(1000 + value % 1000).dropFirst()))"
    }
}
