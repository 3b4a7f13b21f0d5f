// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// A file of times that cannot be understood.
struct CSVError: Error, Hashable, CustomStringConvertible {
    /// The number of the line, from 1.
    var line: Int

    /// What is wrong with it.
    var reason: String

    var description: String { "line \(self.line): \(self.reason)" }
}

extension Times {
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

    /// The times as comma-separated values: one row for each measurement, which repeats the conditions.
    var csv: String {
        var lines = [Column.allCases.map(\.rawValue).joined(separator: ",")]
        for measurement in self.measurements {
            let fields = Column.allCases.map { column in
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
            lines.append(fields.joined(separator: ","))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Reads times from comma-separated values.
    ///
    /// - Parameter csv: A header line that names all columns, and one row for each measurement.
    /// - Throws: ``CSVError`` for the first line that is wrong.
    init(csv: String) throws(CSVError) {
        var columns: [Column: Int]?
        var times: Times?
        var lineNumber = 0
        // By `isNewline`, not "\n": a CRLF is one character.
        for line in csv.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            lineNumber += 1
            guard line.contains(where: { !$0.isWhitespace }) else { continue }
            let fields: [String]
            do {
                fields = try CSVRow.fields(of: line)
            } catch {
                throw CSVError(line: lineNumber, reason: error.description)
            }
            guard let columns else {
                columns = try Self.columns(named: fields, line: lineNumber)
                continue
            }
            let row = Row(fields: fields, columns: columns, line: lineNumber)
            let conditions = try row.conditions()
            let measurement = try row.measurement()
            guard conditions == times?.conditions ?? conditions else {
                throw CSVError(line: lineNumber, reason: "tasks, repeats, backend or cpus differ from the rows above")
            }
            guard times?.seconds(size: measurement.size, nJobs: measurement.nJobs) == nil else {
                throw CSVError(
                    line: lineNumber,
                    reason: "size \(measurement.size) with nJobs \(measurement.nJobs) occurs twice"
                )
            }
            guard times?.measurements.count ?? 0 < Self.maximumRowCount else {
                throw CSVError(line: lineNumber, reason: "more than \(Self.maximumRowCount) rows")
            }
            if times == nil { times = Times(conditions: conditions) }
            times?.record(measurement)
        }
        guard let times else {
            throw CSVError(line: max(lineNumber, 1), reason: "no times in the file")
        }
        self = times
    }

    /// Returns the position of each column in a row.
    private static func columns(named names: [String], line: Int) throws(CSVError) -> [Column: Int] {
        var columns: [Column: Int] = [:]
        for (index, name) in names.enumerated() {
            guard let column = Column(rawValue: name) else { continue }
            guard columns.updateValue(index, forKey: column) == nil else {
                throw CSVError(line: line, reason: "column '\(name)' occurs twice")
            }
        }
        if let missing = Column.allCases.first(where: { columns[$0] == nil }) {
            throw CSVError(line: line, reason: "no column '\(missing.rawValue)' in the header")
        }
        return columns
    }

    /// One line of the file, with access by column.
    private struct Row {
        var fields: [String]
        var columns: [Column: Int]
        var line: Int

        func measurement() throws(CSVError) -> Measurement {
            Measurement(
                size: try self.integer(.size, in: 1...1_000_000_000),
                nJobs: try self.integer(.nJobs, in: 1...1_000_000),
                seconds: try self.seconds()
            )
        }

        func conditions() throws(CSVError) -> Conditions {
            Conditions(
                tasks: try self.integer(.tasks, in: 1...1_000_000),
                repeats: try self.integer(.repeats, in: 1...1_000_000),
                backend: try self.backend(),
                cpus: try self.integer(.cpus, in: 1...1_000_000)
            )
        }

        private func seconds() throws(CSVError) -> Double {
            let text = try self.text(.seconds)
            // Bounds that the axes of the chart can show.
            guard let value = Double(text), (1e-9...1e9).contains(value) else {
                throw self.error(.seconds, text, "a number of seconds")
            }
            return value
        }

        private func backend() throws(CSVError) -> String {
            let text = try self.text(.backend)
            guard (1...40).contains(text.count), text.unicodeScalars.allSatisfy(\.isPrintable) else {
                throw self.error(.backend, text, "the name of a backend")
            }
            return text
        }

        private func integer(_ column: Column, in bounds: ClosedRange<Int>) throws(CSVError) -> Int {
            let text = try self.text(column)
            guard let value = Int(text), bounds.contains(value) else {
                throw self.error(column, text, "a whole number from \(bounds.lowerBound) to \(bounds.upperBound)")
            }
            return value
        }

        private func text(_ column: Column) throws(CSVError) -> String {
            guard let index = self.columns[column], index < self.fields.count else {
                throw CSVError(line: self.line, reason: "no value for '\(column.rawValue)'")
            }
            return self.fields[index]
        }

        private func error(_ column: Column, _ text: String, _ expectation: String) -> CSVError {
            CSVError(line: self.line, reason: "\(column.rawValue) '\(text.prefix(40))' is not \(expectation)")
        }
    }
}

extension Unicode.Scalar {
    /// Whether the scalar has a glyph: control and unassigned characters have no place in a message or a chart.
    fileprivate var isPrintable: Bool {
        switch self.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }
}
