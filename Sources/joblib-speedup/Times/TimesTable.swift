// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// The times as a table for people: size, nJobs, seconds, speed-up, efficiency.
struct TimesTable: CustomStringConvertible {
    private static let headings = ["size", "nJobs", "seconds", "speed-up", "efficiency"]

    var times: Times

    /// A line with the conditions, the headings and one line for each measurement.
    var description: String {
        TextTable(caption: self.caption, rows: [Self.headings] + self.times.measurements.map(self.cells)).description
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
