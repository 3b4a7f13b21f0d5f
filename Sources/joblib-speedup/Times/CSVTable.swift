// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// A file of values that cannot be understood.
struct CSVError: Error, Hashable, CustomStringConvertible {
    /// The number of the line, from 1.
    var line: Int

    /// What is wrong with it.
    var reason: String

    var description: String { "line \(self.line): \(self.reason)" }
}

/// Comma-separated values with known columns, in any order and among others, below a line that names them.
struct CSVTable<Column: RawRepresentable<String> & CaseIterable & Hashable> {
    /// The rows, at least one.
    let rows: [Row]

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - csv: A header line that names all columns, and one row for each measurement.
    ///   - maximumRowCount: The number of rows beyond which the file is refused.
    /// - Throws: ``CSVError`` for the first line that is no row of all columns.
    init(_ csv: String, maximumRowCount: Int) throws(CSVError) {
        var columns: [Column: Int]?
        var rows: [Row] = []
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
            guard rows.count < maximumRowCount else {
                throw CSVError(line: lineNumber, reason: "more than \(maximumRowCount) rows")
            }
            rows.append(Row(fields: fields, columns: columns, line: lineNumber))
        }
        guard !rows.isEmpty else {
            throw CSVError(line: max(lineNumber, 1), reason: "no times in the file")
        }
        self.rows = rows
    }

    /// Returns a file with all columns: the header line, and one row for each value.
    ///
    /// - Parameters:
    ///   - values: What there is a row for.
    ///   - field: Returns what stands in a column, quoted if it has to be.
    /// - Returns: The text.
    static func text<Value>(_ values: [Value], _ field: (Value, Column) -> String) -> String {
        let header = Column.allCases.map(\.rawValue)
        let rows = values.map { value in Column.allCases.map { field(value, $0) } }
        return ([header] + rows).map { $0.joined(separator: ",") + "\n" }.joined()
    }

    /// Returns whether the first line of a file names all columns.
    static func hasHeader(_ csv: String) -> Bool {
        let lines = csv.split(whereSeparator: \.isNewline)
        guard let first = lines.first(where: { $0.contains { !$0.isWhitespace } }),
            let names = try? CSVRow.fields(of: first)
        else { return false }
        return Column.allCases.allSatisfy { names.contains($0.rawValue) }
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
}

// MARK: - One line

extension CSVTable {
    /// One line of the file, with access by column.
    struct Row {
        fileprivate var fields: [String]
        fileprivate var columns: [Column: Int]

        /// The number of the line, from 1.
        let line: Int

        /// Returns what stands in a column.
        func text(_ column: Column) throws(CSVError) -> String {
            guard let index = self.columns[column], index < self.fields.count else {
                throw CSVError(line: self.line, reason: "no value for '\(column.rawValue)'")
            }
            return self.fields[index]
        }

        /// Returns a whole number.
        func integer(_ column: Column, in bounds: ClosedRange<Int>) throws(CSVError) -> Int {
            let text = try self.text(column)
            guard let value = Int(text), bounds.contains(value) else {
                throw self.error(column, "a whole number from \(bounds.lowerBound) to \(bounds.upperBound)")
            }
            return value
        }

        /// Returns a time that the axes of a chart can show.
        func seconds(_ column: Column) throws(CSVError) -> Double {
            guard let value = Double(try self.text(column)), (1e-9...1e9).contains(value) else {
                throw self.error(column, "a number of seconds")
            }
            return value
        }

        /// Returns the name of a backend.
        func backend(_ column: Column) throws(CSVError) -> String {
            let text = try self.text(column)
            guard (1...40).contains(text.count), text.unicodeScalars.allSatisfy(\.isPrintable) else {
                throw self.error(column, "the name of a backend")
            }
            return text
        }

        /// Returns the error that what stands in a column is not what it should be.
        func error(_ column: Column, _ expectation: String) -> CSVError {
            let text = (try? self.text(column)) ?? ""
            return CSVError(line: self.line, reason: "\(column.rawValue) '\(text.prefix(40))' is not \(expectation)")
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
