// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

extension Times: Findings {
    /// The columns in the order in which they are written; a file to read may have others too, in any order.
    private enum Column: String, CaseIterable {
        case size
        case nJobs
        case seconds
        case tasks
        case repeats
        case backend
        case cpus
    }

    /// The number of rows beyond which a file is refused.
    static let maximumRowCount = 10_000

    var table: String { TimesTable(times: self).description }

    var svg: String { SpeedupChart(times: self).svg }

    /// The times as comma-separated values: one row for each measurement, which repeats the conditions.
    var csv: String {
        CSVTable<Column>
            .text(self.measurements) { measurement, column in
                switch column {
                case .size: "\(measurement.size)"
                case .nJobs: "\(measurement.nJobs)"
                case .seconds: fixed(measurement.seconds, decimals: 9)
                case .tasks: "\(self.conditions.tasks)"
                case .repeats: "\(self.conditions.repeats)"
                case .backend: CSVRow.quoted(self.conditions.backend)
                case .cpus: "\(self.conditions.cpus)"
                }
            }
    }

    init(csv: String) throws(CSVError) {
        let rows = try CSVTable<Column>(csv, maximumRowCount: Self.maximumRowCount).rows
        var times = Times(conditions: try Self.conditions(rows[0]))
        for row in rows {
            guard try Self.conditions(row) == times.conditions else {
                throw CSVError(line: row.line, reason: "tasks, repeats, backend or cpus differ from the rows above")
            }
            let measurement = Measurement(
                size: try row.integer(.size, in: 1...1_000_000_000),
                nJobs: try row.integer(.nJobs, in: 1...1_000_000),
                seconds: try row.seconds(.seconds)
            )
            guard times.seconds(size: measurement.size, nJobs: measurement.nJobs) == nil else {
                throw CSVError(
                    line: row.line,
                    reason: "size \(measurement.size) with nJobs \(measurement.nJobs) occurs twice"
                )
            }
            times.record(measurement)
        }
        self = times
    }

    static func areNamed(inHeaderOf csv: String) -> Bool { CSVTable<Column>.hasHeader(csv) }

    private static func conditions(_ row: CSVTable<Column>.Row) throws(CSVError) -> Conditions {
        Conditions(
            tasks: try row.integer(.tasks, in: 1...1_000_000),
            repeats: try row.integer(.repeats, in: 1...1_000_000),
            backend: try row.backend(.backend),
            cpus: try row.integer(.cpus, in: 1...1_000_000)
        )
    }
}
