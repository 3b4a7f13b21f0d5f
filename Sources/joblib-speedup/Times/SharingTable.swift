// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// What sharing saves, as a table for people.
struct SharingTable: CustomStringConvertible {
    private static let headings = ["size", "backend", "sharing", "seconds", "of threading's", "memory grown"]

    var times: SharingTimes

    /// A line with the conditions, the headings and one line for each measurement.
    var description: String {
        TextTable(caption: self.caption, rows: [Self.headings] + self.times.measurements.map(self.cells)).description
    }

    private var caption: String {
        let conditions = self.times.conditions
        return "Sum of one array in each of \(counted(conditions.tasks, "task")), nJobs \(conditions.nJobs), "
            + "\(counted(conditions.cpus, "CPU")), best of \(counted(conditions.repeats, "run")); "
            + "memory: the peak of other runs, above what there was"
    }

    private func cells(_ measurement: SharingMeasurement) -> [String] {
        let start = ["\(measurement.size) MB", measurement.backend, measurement.sharing.rawValue]
        switch measurement.outcome {
        case .measured(let seconds, let bytes):
            return start + [
                fixed(seconds, decimals: 4),
                self.times.relativeTime(measurement).map { fixed($0, decimals: 2) + "×" } ?? "-",
                fixed(Double(bytes) / Double(SharingPlan.megabyte), decimals: 1) + " MB",
            ]
        case .skipped(let bytes):
            return start + ["-", "-", "needs \(Self.gigabytes(bytes))"]
        }
    }

    /// Returns a number of bytes in the unit in which machines have memory.
    static func gigabytes(_ bytes: Int) -> String {
        fixed(Double(bytes) / Double(1_024 * SharingPlan.megabyte), decimals: 1) + " GB"
    }
}
