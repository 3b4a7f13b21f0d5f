// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// `docs/performance.svg`: how long the peers take, as multiples of our time, on a logarithmic axis.
package struct Picture {
    /// A case in which there are figures of ours.
    private struct Row {
        let result: CaseResult
        let ours: Double

        /// How many times as long somebody takes, or how many times as little somebody achieves.
        func ratio(_ value: Double) -> Double {
            self.result.benchmark.figure.moreIsBetter ? self.ours / value : value / self.ours
        }
    }

    private static let width = 960.0
    private static let rowHeight = 25.0
    private static let plot = (left: 330.0, right: 850.0, top: 74.0)

    private let rows: [Row]
    private let axis: LogarithmicAxis

    package init(_ results: [CaseResult]) {
        self.rows = results.compactMap { result in
            (result.ours?.statistics?.median).map { Row(result: result, ours: $0) }
        }
        let ratios = self.rows.flatMap { row in
            PeerFamily.allCases.compactMap { $0.best(in: row.result).map(row.ratio) }
        }
        self.axis = LogarithmicAxis(covering: ratios + [1], from: Self.plot.left, to: Self.plot.right)
    }

    private var height: Double { Self.plot.top + Double(self.rows.count) * Self.rowHeight + 36 }

    package var text: String {
        let size = "\(NumberText.fixed(Self.width, digits: 0)) \(NumberText.fixed(self.height, digits: 0))"
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(size)" font-family="sans-serif" font-size="13">
            <style>
            text { fill: #24292f } .soft { fill: #57606a } .line { stroke: #8c959f; stroke-opacity: .35 }
            .ours { stroke: #24292f } .better { fill: #2da44e } .worse { fill: #cf222e }
            .better, .worse { fill-opacity: .35 } .limit { stroke: #57606a }
            @media (prefers-color-scheme: dark) {
            text { fill: #e6edf3 } .soft { fill: #9198a1 } .ours { stroke: #e6edf3 } .limit { stroke: #9198a1 }
            }
            </style>
            \((self.legend + self.grid + self.rows.enumerated().flatMap(self.row)).joined(separator: "\n"))
            </svg>

            """
    }

    private var legend: [String] {
        var elements = [Self.label("Time of others ÷ ours, two workers", 12, 20, "font-weight=\"bold\"")]
        var x = 12.0
        for family in PeerFamily.allCases {
            elements.append(Self.dot(x + 5, 43, family.color))
            elements.append(Self.label(family.name, x + 15, 47))
            x += 40 + 7.2 * Double(family.name.count)
        }
        elements.append(Self.tick(x + 5, 43, "limit"))
        elements.append(Self.label("limit of the machine", x + 13, 47))
        return elements
    }

    private var grid: [String] {
        let bottom = self.height - 30
        var elements: [String] = []
        for (ratio, text) in self.axis.marks {
            let x = self.axis.position(of: ratio)
            let kind = ratio == 1 ? "ours" : "line"
            elements.append(Self.line(x, Self.plot.top - 8, x, bottom, kind))
            let label = ratio == 1 ? "1 = ours" : text
            elements.append(Self.label(label, x, bottom + 18, "class=\"soft\" text-anchor=\"middle\""))
        }
        elements.append(Self.label("ours", Self.width - 12, Self.plot.top - 10, "class=\"soft\" text-anchor=\"end\""))
        return elements
    }

    private func row(_ index: Int, _ row: Row) -> [String] {
        let y = Self.plot.top + (Double(index) + 0.5) * Self.rowHeight
        let benchmark = row.result.benchmark
        let unit = benchmark.figure.isTime ? " \(benchmark.figure.unit)" : ""
        let end = "text-anchor=\"end\""
        var elements = [
            Self.label(benchmark.shortTitle, Self.plot.left - 22, y + 4, end),
            Self.label(benchmark.figure.text(row.ours) + unit, Self.width - 12, y + 4, end),
        ]
        if let best = row.result.bestPeer {
            let ratio = row.ratio(best.median)
            let (one, other) = (self.axis.position(of: 1), self.axis.position(of: ratio))
            let (x, width) = (Self.number(min(one, other)), Self.number(abs(one - other)))
            let kind = ratio < 1 ? "worse" : "better"
            elements.append(
                "<rect class=\"\(kind)\" x=\"\(x)\" y=\"\(Self.number(y - 6))\" width=\"\(width)\" height=\"12\"/>"
            )
        }
        if let limit = row.result.limit { elements.append(self.tick(row.ratio(limit), y)) }
        for family in PeerFamily.allCases {
            guard let best = family.best(in: row.result) else { continue }
            elements.append(Self.dot(self.axis.position(of: row.ratio(best)), y, family.color))
        }
        return elements
    }

    /// Limits far below what anybody reaches lie outside, and are shown at the edge.
    private func tick(_ ratio: Double, _ y: Double) -> String {
        Self.tick(max(self.axis.position(of: ratio), Self.plot.left - 8), y, "limit")
    }

    private static func tick(_ x: Double, _ y: Double, _ kind: String) -> String {
        "<path class=\"\(kind)\" stroke-width=\"2.5\" d=\"M\(self.number(x)) \(self.number(y - 7))v14\"/>"
    }

    private static func dot(_ x: Double, _ y: Double, _ color: String) -> String {
        "<circle cx=\"\(self.number(x))\" cy=\"\(self.number(y))\" r=\"5\" fill=\"\(color)\"/>"
    }

    private static func line(_ x: Double, _ y: Double, _ x2: Double, _ y2: Double, _ kind: String) -> String {
        "<path class=\"\(kind)\" d=\"M\(self.number(x)) \(self.number(y))L\(self.number(x2)) \(self.number(y2))\"/>"
    }

    private static func label(_ text: String, _ x: Double, _ y: Double, _ attributes: String = "") -> String {
        let escaped = text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").filter { $0 != "`" }
        return "<text x=\"\(self.number(x))\" y=\"\(self.number(y))\" \(attributes)>\(escaped)</text>"
    }

    private static func number(_ value: Double) -> String {
        NumberText.fixed(value, digits: 1).replacing("−", with: "-")
    }
}
