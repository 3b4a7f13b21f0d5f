// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// One panel of a chart: two axes, a grid, and lines that are named at their right ends.
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

    /// An axis with the values that are marked on it.
    struct Axis {
        var title: String
        var scale: AxisScale
        var ticks: [(value: Double, label: String)]
    }

    /// A value on the horizontal axis that means something.
    struct Marker {
        var value: Double
        var label: String
    }

    /// The colours of what is not data.
    private enum Ink {
        static let title = "#1f2328"
        static let label = "#57606a"
        static let axis = "#8c959f"
        static let grid = "#e6e9ed"
        static let leader = "#c4cad1"
    }

    /// The distance between two names at the ends of the lines.
    private static let labelSpacing = 14.0

    /// The number of lines, or of points on a line, beyond which marks are drawn smaller.
    private static let crowd = 16

    var title: String
    var subtitle: String
    /// The heading of the names at the ends of the lines.
    var legend: String
    var horizontal: Axis
    var vertical: Axis
    /// The lines, in the order of their right ends from the top down as far as that is known.
    var series: [Series]
    var marker: Marker?

    /// The area inside the axes.
    var left: Double
    var right: Double
    var top: Double
    var bottom: Double

    /// Draws the panel.
    func draw(on document: inout SVGDocument) {
        self.drawTitles(on: &document)
        self.drawAxes(on: &document)
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
            x: self.horizontal.scale.position(point.x),
            y: self.vertical.scale.position(point.y)
        )
    }
}

// MARK: - Parts

extension ChartPanel {
    private func drawTitles(on document: inout SVGDocument) {
        document.text(
            self.title,
            at: SVGDocument.Point(x: self.left, y: self.top - 34),
            SVGDocument.TextStyle(size: 15, color: Ink.title, isBold: true)
        )
        document.text(
            self.subtitle,
            at: SVGDocument.Point(x: self.left, y: self.top - 16),
            SVGDocument.TextStyle(size: 12, color: Ink.label)
        )
    }

    private func drawAxes(on document: inout SVGDocument) {
        for tick in self.vertical.ticks {
            let y = self.vertical.scale.position(tick.value)
            self.drawRule([(self.left, y), (self.right, y)], color: Ink.grid, on: &document)
            document.text(
                tick.label,
                at: SVGDocument.Point(x: self.left - 8, y: y + 4),
                SVGDocument.TextStyle(size: 12, color: Ink.label, anchor: .end)
            )
        }
        if let marker {
            let x = self.horizontal.scale.position(marker.value)
            document.line(
                [SVGDocument.Point(x: x, y: self.top), SVGDocument.Point(x: x, y: self.bottom)],
                SVGDocument.Stroke(color: Ink.axis, dashes: "2 3")
            )
            let isRightHalf = x > (self.left + self.right) / 2
            document.text(
                marker.label,
                at: SVGDocument.Point(x: isRightHalf ? x - 5 : x + 5, y: self.top + 10),
                SVGDocument.TextStyle(size: 11, color: Ink.label, anchor: isRightHalf ? .end : .start)
            )
        }
        self.drawRule([(self.left, self.bottom), (self.right, self.bottom)], color: Ink.axis, on: &document)
        for tick in self.horizontal.ticks {
            let x = self.horizontal.scale.position(tick.value)
            self.drawRule([(x, self.bottom), (x, self.bottom + 5)], color: Ink.axis, on: &document)
            document.text(
                tick.label,
                at: SVGDocument.Point(x: x, y: self.bottom + 19),
                SVGDocument.TextStyle(size: 12, color: Ink.label, anchor: .middle)
            )
        }
        document.text(
            self.horizontal.title,
            at: SVGDocument.Point(x: (self.left + self.right) / 2, y: self.bottom + 42),
            SVGDocument.TextStyle(size: 13, color: Ink.title, anchor: .middle)
        )
        document.text(
            self.vertical.title,
            at: SVGDocument.Point(x: self.left - 60, y: (self.top + self.bottom) / 2),
            SVGDocument.TextStyle(size: 13, color: Ink.title, anchor: .middle, rotation: -90)
        )
    }

    /// Names each line at its right end, in the order of the series from the top down.
    private func drawLegend(on document: inout SVGDocument) {
        let ends = self.series.compactMap { series in series.points.last.map { (series, self.point($0)) } }
        guard !ends.isEmpty else { return }
        let bounds = self.top + 14...self.bottom
        let shown = LabelColumn.shown(count: ends.count, spacing: Self.labelSpacing, in: bounds).map { ends[$0] }
        let places = LabelColumn.places(shown.map(\.1.y), spacing: Self.labelSpacing, in: bounds)
        let x = self.right + 12
        for ((series, end), y) in zip(shown, places) {
            document.line(
                [end, SVGDocument.Point(x: x - 6, y: y), SVGDocument.Point(x: x, y: y)]
                    .map { SVGDocument.Point(x: max($0.x, min(end.x + 6, x - 6)), y: $0.y) },
                SVGDocument.Stroke(color: Ink.leader)
            )
            document.text(
                series.label,
                at: SVGDocument.Point(x: x + 4, y: y + 4),
                SVGDocument.TextStyle(size: 12, color: series.color, isBold: true)
            )
        }
        document.text(
            self.legend,
            at: SVGDocument.Point(x: x + 4, y: (places.first ?? self.top) - 12),
            SVGDocument.TextStyle(size: 11, color: Ink.label)
        )
    }

    private func drawRule(_ ends: [(x: Double, y: Double)], color: String, on document: inout SVGDocument) {
        document.line(ends.map { SVGDocument.Point(x: $0.x, y: $0.y) }, SVGDocument.Stroke(color: color))
    }
}
