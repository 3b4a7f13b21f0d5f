// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// The chart of the experiment with one array: time on the left, memory on the right, one row for each size.
struct SharingChart {
    var times: SharingTimes

    private static let top = 156.0
    private static let panelHeight = 240.0
    private static let rowHeight = 360.0

    /// The chart as a file.
    var svg: String {
        let conditions = self.times.conditions
        let title = "Sum of one array in each of \(counted(conditions.tasks, "task")), with and without sharing"
        let rows = Double(max(1, self.times.sizes.count))
        var document = SVGDocument(width: 1_000, height: Self.top + rows * Self.rowHeight - 60, title: title)
        document.text(
            title,
            at: SVGDocument.Point(x: 24, y: 36),
            SVGDocument.TextStyle(size: 20, color: PanelFrame.Ink.title, isBold: true)
        )
        document.text(
            "nJobs \(conditions.nJobs) on \(counted(conditions.cpus, "CPU")), "
                + "best of \(counted(conditions.repeats, "run")); memory is that of all processes together",
            at: SVGDocument.Point(x: 24, y: 58),
            SVGDocument.TextStyle(size: 13, color: PanelFrame.Ink.label)
        )
        self.drawLegend(on: &document)
        for (row, size) in self.times.sizes.enumerated() {
            let top = Self.top + Double(row) * Self.rowHeight
            self.time(size, top: top).draw(on: &document)
            self.memory(size, top: top).draw(on: &document)
        }
        return document.rendered
    }
}

// MARK: - Parts

extension SharingChart {
    /// Each way of sharing with its colour.
    private static let colors = Array(
        zip(Sharing.allCases, ColorRamp.viridis.colors(Sharing.allCases.count))
    )

    private func drawLegend(on document: inout SVGDocument) {
        for (index, (sharing, color)) in Self.colors.enumerated() {
            let x = 24 + Double(index) * 220
            document.rectangle(SVGDocument.Point(x: x, y: 76), width: 12, height: 12, color: color)
            document.text(
                sharing.legend,
                at: SVGDocument.Point(x: x + 18, y: 86),
                SVGDocument.TextStyle(size: 12, color: PanelFrame.Ink.title)
            )
        }
    }

    private func time(_ size: Int, top: Double) -> BarPanel {
        let slowest = self.measurements(size).compactMap(\.seconds).max() ?? 1
        let unit = TimeUnit(for: slowest)
        let scale = Self.scale(slowest, top: top)
        return BarPanel(
            title: "Time, \(grouped(size)) MB",
            subtitle: "less is better; linear",
            groups: self.groups(size) { measurement in
                measurement.seconds.map { seconds in
                    // As many digits as the width of a bar has room for; the table has more.
                    let shown = significant(seconds, digits: 2)
                    let unit = TimeUnit(for: shown)
                    return .value(seconds, label: "\(unit.label(shown)) \(unit.symbol)")
                }
            },
            named: "backend",
            vertical: PanelFrame.Axis(
                title: unit.name,
                scale: scale,
                ticks: AxisTicks.linear(scale.domain, count: 6).map { ($0, unit.label($0)) }
            ),
            area: (left: 90, right: 480, top: top, bottom: top + Self.panelHeight)
        )
    }

    private func memory(_ size: Int, top: Double) -> BarPanel {
        let megabytes = { (bytes: Int) in Double(bytes) / Double(SharingPlan.megabyte) }
        let most = self.measurements(size).compactMap(\.grownBytes).map(megabytes).max() ?? 1
        let scale = Self.scale(max(1, most), top: top)
        return BarPanel(
            title: "Memory, \(grouped(size)) MB",
            subtitle: "the most above what there was before; less is better; linear",
            groups: self.groups(size) { measurement in
                measurement.grownBytes.map { bytes in
                    .value(megabytes(bytes), label: Self.label(ofBytes: bytes))
                }
            },
            named: "backend",
            vertical: PanelFrame.Axis(
                title: "megabytes",
                scale: scale,
                ticks: AxisTicks.linear(scale.domain, count: 6).map { ($0, grouped(Int($0.rounded()))) }
            ),
            area: (left: 590, right: 980, top: top, bottom: top + Self.panelHeight)
        )
    }

    /// Returns a number of bytes in a unit that makes it short.
    private static func label(ofBytes bytes: Int) -> String {
        guard bytes < 1_000 * SharingPlan.megabyte else { return SharingTable.gigabytes(bytes) }
        return fixed(Double(bytes) / Double(SharingPlan.megabyte), decimals: 0) + " MB"
    }

    /// Returns a linear scale from 0 with room for a value and the label above it.
    private static func scale(_ maximum: Double, top: Double) -> AxisScale {
        AxisScale(
            kind: .linear,
            domain: 0...AxisTicks.upperEnd(maximum * 1.05, count: 6),
            start: top + Self.panelHeight,
            end: top
        )
    }

    private func measurements(_ size: Int) -> [SharingMeasurement] {
        self.times.measurements.filter { $0.size == size }
    }

    /// Returns the bars of each backend; none where nothing was measured, and a reason where that was for want of memory.
    private func groups(
        _ size: Int,
        _ content: (SharingMeasurement) -> BarPanel.Bar.Content?
    ) -> [BarPanel.Group] {
        self.times.backends.map { backend in
            let bars = Self.colors.map { sharing, color in
                let measurement = self.times.measurement(size, backend, sharing)
                let reason = measurement?.neededBytes.map { "needs \(SharingTable.gigabytes($0))" } ?? "not measured"
                return BarPanel.Bar(
                    content: measurement.flatMap(content) ?? .missing(reason: reason),
                    color: color
                )
            }
            return BarPanel.Group(label: backend, bars: bars)
        }
    }
}
