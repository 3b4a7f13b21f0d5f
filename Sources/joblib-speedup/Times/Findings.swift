// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// What an experiment has found, and the three forms in which it is shown and kept.
protocol Findings {
    associatedtype Finding

    /// Whether nothing has been found.
    var isEmpty: Bool { get }

    /// Adds a finding, or replaces the one on the same matter.
    mutating func record(_ finding: Finding)

    /// A table for people.
    var table: String { get }

    /// A chart, as a file.
    var svg: String { get }

    /// All of it as comma-separated values.
    var csv: String { get }

    /// Reads comma-separated values.
    ///
    /// - Parameter csv: A header line that names all columns, and one row for each finding.
    /// - Throws: ``CSVError`` for the first line that is wrong.
    init(csv: String) throws(CSVError)

    /// Returns whether the header line of a file is one of this kind.
    static func areNamed(inHeaderOf csv: String) -> Bool
}
