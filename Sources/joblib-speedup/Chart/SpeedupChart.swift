// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// The chart of an experiment: time against nJobs on the left, time against size on the right.
struct SpeedupChart {
    var times: Times

    /// The chart as a file.
    var svg: String {
        let conditions = self.times.conditions
        let title = "Direct convolution of two random arrays, in \(counted(conditions.tasks, "task"))"
        var document = SVGDocument(width: 1_000, height: 480, title: title)
        document.text(
            title,
            at: SVGDocument.Point(x: 24, y: 36),
            SVGDocument.TextStyle(size: 20, color: "#1f2328", isBold: true)
        )
        document.text(
            "\(conditions.backend) backend on \(counted(conditions.cpus, "CPU")), "
                + "best of \(counted(conditions.repeats, "run"))",
            at: SVGDocument.Point(x: 24, y: 58),
            SVGDocument.TextStyle(size: 13, color: "#57606a")
        )
        self.timeAgainstJobs.draw(on: &document)
        self.timeAgainstSize.draw(on: &document)
        return document.rendered
    }
}

// MARK: - Panels

extension SpeedupChart {
    private static let top = 128.0
    private static let bottom = 420.0

    /// Both axes are logarithmic, so that a perfect speed-up is a straight line of the same slope for every size.
    private var timeAgainstJobs: ChartPanel {
        let sizes = self.times.sizes
        let jobs = self.times.jobs
        let series = zip(sizes, ColorRamp.viridis.colors(sizes.count)).reversed()
            .map { size, color -> ChartPanel.Series in
                let points = jobs.compactMap { nJobs in
                    self.times.seconds(size: size, nJobs: nJobs).map { (x: Double(nJobs), y: $0) }
                }
                let base = self.times.seconds(size: size, nJobs: self.times.baseline)
                let ideal = base.map { base in
                    points.map { (x: $0.x, y: base * Double(self.times.baseline) / $0.x) }
                }
                return ChartPanel.Series(label: grouped(size), color: color, points: points, ideal: ideal ?? [])
            }

        let shown = series.flatMap { $0.points.map(\.y) + $0.ideal.map(\.y) }
        let domain = AxisScale.logarithmicDomain(holding: shown)
        let vertical = AxisScale(kind: .logarithmic, domain: domain, start: Self.bottom, end: Self.top)
        let extremes = Double(jobs.first ?? 1)...Double(jobs.last ?? 1)
        let horizontal = AxisScale(kind: .logarithmic, domain: extremes, start: 100, end: 386)
        // The widest label and some space.
        let distance = 8 + 7 * Double("\(jobs.last ?? 1)".count)
        let cpus = self.times.conditions.cpus

        let hasMarker = extremes.contains(Double(cpus)) && Double(cpus) < extremes.upperBound

        return ChartPanel(
            frame: PanelFrame(
                title: "Time against nJobs",
                subtitle: "logarithmic; dashes: ideal speed-up over nJobs \(self.times.baseline)",
                horizontal: PanelFrame.Axis(
                    title: "nJobs",
                    scale: horizontal,
                    ticks: AxisTicks.spaced(jobs, on: horizontal, minimumDistance: distance)
                        .map { (Double($0), "\($0)") }
                ),
                vertical: PanelFrame.Axis(
                    title: "time",
                    scale: vertical,
                    ticks: AxisTicks.logarithmic(domain, count: 10)
                        .map { tick in
                            let unit = TimeUnit(for: tick)
                            return (tick, "\(unit.label(tick)) \(unit.symbol)")
                        }
                ),
                marker: hasMarker ? PanelFrame.Marker(value: Double(cpus), label: counted(cpus, "CPU")) : nil,
                left: 84,
                right: 400,
                top: Self.top,
                bottom: Self.bottom
            ),
            legend: "size",
            series: series
        )
    }

    /// Both axes are linear and start at 0: the time grows with the square of the size.
    private var timeAgainstSize: ChartPanel {
        let sizes = self.times.sizes
        let jobs = self.times.jobs
        let series = zip(jobs, ColorRamp.plasma.colors(jobs.count))
            .map { nJobs, color in
                let points = sizes.compactMap { size in
                    self.times.seconds(size: size, nJobs: nJobs).map { (x: Double(size), y: $0) }
                }
                return ChartPanel.Series(label: "\(nJobs)", color: color, points: points)
            }

        let slowest = self.times.measurements.map(\.seconds).max() ?? 1
        let unit = TimeUnit(for: slowest)
        let vertical = AxisScale(
            kind: .linear,
            domain: 0...AxisTicks.upperEnd(slowest, count: 6),
            start: Self.bottom,
            end: Self.top
        )
        let horizontal = AxisScale(kind: .linear, domain: 0...Double(sizes.last ?? 1), start: 590, end: 896)

        return ChartPanel(
            frame: PanelFrame(
                title: "Time against size",
                subtitle: "linear",
                horizontal: PanelFrame.Axis(
                    title: "size of each array",
                    scale: horizontal,
                    ticks: AxisTicks.linear(horizontal.domain, count: 6).map { ($0, grouped(Int($0.rounded()))) }
                ),
                vertical: PanelFrame.Axis(
                    title: unit.name,
                    scale: vertical,
                    ticks: AxisTicks.linear(vertical.domain, count: 6).map { ($0, unit.label($0)) }
                ),
                left: 590,
                right: 910,
                top: Self.top,
                bottom: Self.bottom
            ),
            legend: "nJobs",
            series: series
        )
    }
}
