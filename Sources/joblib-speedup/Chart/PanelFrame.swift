// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// What a panel of a chart has around its data: titles, two axes, and a grid.
struct PanelFrame {
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
    enum Ink {
        static let title = "#1f2328"
        static let label = "#57606a"
        static let axis = "#8c959f"
        static let grid = "#e6e9ed"
        static let leader = "#c4cad1"
    }

    var title: String
    var subtitle: String
    var horizontal: Axis
    var vertical: Axis
    var marker: Marker?

    /// The area inside the axes.
    var left: Double
    var right: Double
    var top: Double
    var bottom: Double

    /// Draws all of it; the data comes on top.
    func draw(on document: inout SVGDocument) {
        self.drawTitles(on: &document)
        self.drawAxes(on: &document)
    }
}

// MARK: - Parts

extension PanelFrame {
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

    private func drawRule(_ ends: [(x: Double, y: Double)], color: String, on document: inout SVGDocument) {
        document.line(ends.map { SVGDocument.Point(x: $0.x, y: $0.y) }, SVGDocument.Stroke(color: color))
    }
}
