// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Rows of cells as text, in columns that are as wide as they have to be.
struct TextTable: CustomStringConvertible {
    /// What stands above the table.
    var caption: String

    /// The headings, and below them the cells; all rows have the same number.
    var rows: [[String]]

    var description: String {
        let widths = (self.rows.first ?? []).indices.map { column in self.rows.map { $0[column].count }.max() ?? 0 }
        let lines = self.rows.map { row in
            zip(row, widths).map { cell, width in padded(cell, width: width) }.joined(separator: "  ")
        }
        return ([self.caption] + lines).joined(separator: "\n") + "\n"
    }
}
