// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// The times as a table for people: size, nJobs, seconds, speed-up, efficiency.
struct TimesTable: CustomStringConvertible {
    private static let headings = ["size", "nJobs", "seconds", "speed-up", "efficiency"]

    var times: Times

    /// A line with the conditions, the headings and one line for each measurement.
    var description: String {
        let rows = [Self.headings] + self.times.measurements.map(self.cells)
        let widths = Self.headings.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        let lines = rows.map { row in
            zip(row, widths).map { cell, width in padded(cell, width: width) }.joined(separator: "  ")
        }
        return ([self.caption] + lines).joined(separator: "\n") + "\n"
    }

    private var caption: String {
        let conditions = self.times.conditions
        return "Convolution in \(counted(conditions.tasks, "task")), \(conditions.backend) backend, "
            + "\(counted(conditions.cpus, "CPU")), best of \(counted(conditions.repeats, "run")); "
            + "speed-up over nJobs \(self.times.baseline)"
    }

    private func cells(_ measurement: Measurement) -> [String] {
        [
            "\(measurement.size)",
            "\(measurement.nJobs)",
            fixed(measurement.seconds, decimals: 4),
            self.times.speedup(measurement).map { fixed($0, decimals: 2) } ?? "-",
            self.times.efficiency(measurement).map { fixed($0 * 100, decimals: 0) + "%" } ?? "-",
        ]
    }
}
