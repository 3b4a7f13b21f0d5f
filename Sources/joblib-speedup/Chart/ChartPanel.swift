// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// A panel of a chart with lines, which are named at their right ends.
struct ChartPanel {
    /// A line through measured points.
    struct Series {
        var label: String
        var color: String
        /// The measured points, in the order of their x.
        var points: [(x: Double, y: Double)]
        /// The points that the measured ones would be at if all were perfect; drawn as dashes.
        var ideal: [(x: Double, y: Double)] = []
    }

    /// The distance between two names at the ends of the lines.
    private static let labelSpacing = 14.0

    /// The number of lines, or of points on a line, beyond which marks are drawn smaller.
    private static let crowd = 16

    var frame: PanelFrame
    /// The heading of the names at the ends of the lines.
    var legend: String
    /// The lines, in the order of their right ends from the top down as far as that is known.
    var series: [Series]

    /// Draws the panel.
    func draw(on document: inout SVGDocument) {
        self.frame.draw(on: &document)
        // Many dashed lines would hide what was measured; the outermost two show the slope as well.
        let isCrowded = self.series.count > Self.crowd
        for series in isCrowded ? [self.series.first, self.series.last].compactMap(\.self) : self.series {
            document.line(
                series.ideal.map(self.point),
                SVGDocument.Stroke(color: series.color, width: 1.2, dashes: "3 4", opacity: 0.65)
            )
        }
        for series in self.series {
            document.line(series.points.map(self.point), SVGDocument.Stroke(color: series.color, width: 2.2))
            let radius = isCrowded || series.points.count > Self.crowd ? 2.2 : 3.6
            for point in series.points { document.dot(self.point(point), radius: radius, color: series.color) }
        }
        self.drawLegend(on: &document)
    }

    private func point(_ point: (x: Double, y: Double)) -> SVGDocument.Point {
        SVGDocument.Point(
            x: self.frame.horizontal.scale.position(point.x),
            y: self.frame.vertical.scale.position(point.y)
        )
    }
}

// MARK: - Parts

extension ChartPanel {
    /// Names each line at its right end, in the order of the series from the top down.
    private func drawLegend(on document: inout SVGDocument) {
        let ends = self.series.compactMap { series in series.points.last.map { (series, self.point($0)) } }
        guard !ends.isEmpty else { return }
        let bounds = self.frame.top + 14...self.frame.bottom
        let shown = LabelColumn.shown(count: ends.count, spacing: Self.labelSpacing, in: bounds).map { ends[$0] }
        let places = LabelColumn.places(shown.map(\.1.y), spacing: Self.labelSpacing, in: bounds)
        let x = self.frame.right + 12
        for ((series, end), y) in zip(shown, places) {
            document.line(
                [end, SVGDocument.Point(x: x - 6, y: y), SVGDocument.Point(x: x, y: y)]
                    .map { SVGDocument.Point(x: max($0.x, min(end.x + 6, x - 6)), y: $0.y) },
                SVGDocument.Stroke(color: PanelFrame.Ink.leader)
            )
            document.text(
                series.label,
                at: SVGDocument.Point(x: x + 4, y: y + 4),
                SVGDocument.TextStyle(size: 12, color: series.color, isBold: true)
            )
        }
        document.text(
            self.legend,
            at: SVGDocument.Point(x: x + 4, y: (places.first ?? self.frame.top) - 12),
            SVGDocument.TextStyle(size: 11, color: PanelFrame.Ink.label)
        )
    }
}
