// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// A panel of a chart with groups of bars from zero upwards, each with its value above it.
struct BarPanel {
    /// One bar, or the reason why there is none.
    struct Bar {
        enum Content {
            case value(Double, label: String)
            case missing(reason: String)
        }

        var content: Content
        var color: String
    }

    /// Bars side by side, with a name below them.
    struct Group {
        var label: String
        var bars: [Bar]
    }

    /// The widest that a bar gets, however few there are.
    private static let maximumBarWidth = 38.0

    /// The part of a group that is left free.
    private static let gap = 0.1

    /// The least that is seen of a bar, be its value 0.
    private static let minimumBarHeight = 1.5

    /// The width of a bar that its label needs.
    private static let labelWidth = 30.0

    private let frame: PanelFrame
    private let groups: [Group]

    /// Creates a panel with one group beside the other, and a linear axis of values from 0.
    init(
        title: String,
        subtitle: String,
        groups: [Group],
        named name: String,
        vertical: PanelFrame.Axis,
        area: (left: Double, right: Double, top: Double, bottom: Double)
    ) {
        self.groups = groups
        let scale = AxisScale(
            kind: .linear,
            domain: 0...Double(max(1, groups.count)),
            start: area.left,
            end: area.right
        )
        self.frame = PanelFrame(
            title: title,
            subtitle: subtitle,
            horizontal: PanelFrame.Axis(
                title: name,
                scale: scale,
                ticks: groups.enumerated().map { (Double($0.offset) + 0.5, $0.element.label) }
            ),
            vertical: vertical,
            left: area.left,
            right: area.right,
            top: area.top,
            bottom: area.bottom
        )
    }

    /// Draws the panel.
    func draw(on document: inout SVGDocument) {
        self.frame.draw(on: &document)
        let groupWidth = (self.frame.right - self.frame.left) / Double(max(1, self.groups.count))
        for (index, group) in self.groups.enumerated() {
            let count = Double(max(1, group.bars.count))
            let width = min(Self.maximumBarWidth, groupWidth * (1 - Self.gap) / count)
            let center = self.frame.horizontal.scale.position(Double(index) + 0.5)
            for (place, bar) in group.bars.enumerated() {
                self.draw(bar, left: center + (Double(place) - count / 2) * width, width: width, on: &document)
            }
        }
    }

    private func draw(_ bar: Bar, left: Double, width: Double, on document: inout SVGDocument) {
        let middle = left + width / 2
        switch bar.content {
        case .value(let value, let label):
            let top = min(self.frame.vertical.scale.position(value), self.frame.bottom - Self.minimumBarHeight)
            document.rectangle(
                SVGDocument.Point(x: left + 1, y: top),
                width: width - 2,
                height: self.frame.bottom - top,
                color: bar.color
            )
            guard width >= Self.labelWidth else { return }
            document.text(
                label,
                at: SVGDocument.Point(x: middle, y: top - 4),
                SVGDocument.TextStyle(size: 9.5, color: PanelFrame.Ink.title, anchor: .middle)
            )
        case .missing(let reason):
            document.text(
                reason,
                at: SVGDocument.Point(x: middle + 4, y: self.frame.bottom - 6),
                SVGDocument.TextStyle(size: 11, color: bar.color, rotation: -90)
            )
        }
    }
}
