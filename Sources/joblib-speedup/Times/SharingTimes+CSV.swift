// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

extension SharingTimes: Findings {
    /// The columns in the order in which they are written; a file to read may have others too, in any order.
    private enum Column: String, CaseIterable {
        case megabytes
        case backend
        case sharing
        case seconds
        case grownBytes
        case neededBytes
        case tasks
        case repeats
        case nJobs
        case cpus
    }

    /// The number of sizes that a chart has room for.
    static let maximumSizeCount = 10

    /// The number of backends that a panel has room for.
    static let maximumBackendCount = 5

    private static let maximumRowCount = maximumSizeCount * maximumBackendCount * Sharing.allCases.count

    var table: String { SharingTable(times: self).description }

    var svg: String { SharingChart(times: self).svg }

    /// The measurements as comma-separated values: one row for each, which repeats the conditions.
    ///
    /// Of what was left out there is no time and no growth; of what was not, no need.
    var csv: String {
        CSVTable<Column>
            .text(self.measurements) { measurement, column in
                switch column {
                case .megabytes: "\(measurement.size)"
                case .backend: CSVRow.quoted(measurement.backend)
                case .sharing: measurement.sharing.rawValue
                case .seconds: measurement.seconds.map { fixed($0, decimals: 9) } ?? ""
                case .grownBytes: measurement.grownBytes.map { "\($0)" } ?? ""
                case .neededBytes: measurement.neededBytes.map { "\($0)" } ?? ""
                case .tasks: "\(self.conditions.tasks)"
                case .repeats: "\(self.conditions.repeats)"
                case .nJobs: "\(self.conditions.nJobs)"
                case .cpus: "\(self.conditions.cpus)"
                }
            }
    }

    init(csv: String) throws(CSVError) {
        let rows = try CSVTable<Column>(csv, maximumRowCount: Self.maximumRowCount).rows
        var times = SharingTimes(conditions: try Self.conditions(rows[0]))
        for row in rows {
            guard try Self.conditions(row) == times.conditions else {
                throw CSVError(line: row.line, reason: "tasks, repeats, nJobs or cpus differ from the rows above")
            }
            let new = try Self.measurement(row)
            guard times.measurement(new.size, new.backend, new.sharing) == nil else {
                throw CSVError(
                    line: row.line,
                    reason: "\(new.size) MB on \(new.backend) with sharing \(new.sharing.rawValue) occurs twice"
                )
            }
            times.record(new)
            guard times.sizes.count <= Self.maximumSizeCount else {
                throw CSVError(line: row.line, reason: "more than \(Self.maximumSizeCount) sizes")
            }
            guard times.backends.count <= Self.maximumBackendCount else {
                throw CSVError(line: row.line, reason: "more than \(Self.maximumBackendCount) backends")
            }
        }
        self = times
    }

    static func areNamed(inHeaderOf csv: String) -> Bool { CSVTable<Column>.hasHeader(csv) }

    private static func measurement(_ row: CSVTable<Column>.Row) throws(CSVError) -> SharingMeasurement {
        guard let sharing = Sharing(rawValue: try row.text(.sharing)) else {
            throw row.error(.sharing, "one of " + Sharing.allCases.map(\.rawValue).joined(separator: ", "))
        }
        let bytes = 0...1 << 60
        let outcome: SharingMeasurement.Outcome =
            if try row.text(.neededBytes).isEmpty {
                .measured(
                    seconds: try row.seconds(.seconds),
                    grownBytes: try row.integer(.grownBytes, in: bytes)
                )
            } else if try !row.text(.seconds).isEmpty {
                throw row.error(.neededBytes, "empty, although there is a time")
            } else {
                .skipped(neededBytes: try row.integer(.neededBytes, in: bytes))
            }
        return SharingMeasurement(
            size: try row.integer(.megabytes, in: 1...1_000_000),
            backend: try row.backend(.backend),
            sharing: sharing,
            outcome: outcome
        )
    }

    private static func conditions(_ row: CSVTable<Column>.Row) throws(CSVError) -> Conditions {
        Conditions(
            tasks: try row.integer(.tasks, in: 1...1_000_000),
            repeats: try row.integer(.repeats, in: 1...1_000_000),
            nJobs: try row.integer(.nJobs, in: 1...1_000_000),
            cpus: try row.integer(.cpus, in: 1...1_000_000)
        )
    }
}
