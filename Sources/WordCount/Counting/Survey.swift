// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

package import Joblib

/// The count of all files below some paths.
///
/// Each level of directories is listed, and its files are counted, before the next: an interruption in the middle of a
/// large tree finds most of the work done, not most of the names known.
package struct Survey {
    private var tree: FileTree
    private var tallies: [Tally] = []
    private let table: CharacterTable
    private let bytes: PieceBytes

    /// Creates a survey that has not counted anything.
    ///
    /// - Parameters:
    ///   - paths: Files, and directories.
    ///   - table: The classes of characters.
    ///   - bytes: How the tasks come to what they count.
    package init(_ paths: [FilePath], table: CharacterTable, bytes: PieceBytes = .readByTheTask) {
        self.tree = FileTree(paths)
        self.table = table
        self.bytes = bytes
    }

    /// Finds and counts all files.
    ///
    /// - Parameter parallel: Runs the tasks; directories are listed by this process where those have no files.
    /// - Throws: What a loop throws if it is interrupted. What was counted until then is kept.
    package mutating func run(_ parallel: Parallel) throws {
        let listing = self.bytes == .readByTheTask ? parallel : Parallel(nJobs: 1, backend: .sequential)
        try self.count(self.tree.files, parallel)
        while !self.tree.isComplete {
            try self.count(try self.tree.listNextLevel(listing), parallel)
        }
    }

    /// The number of files found until now.
    package var fileCount: Int { self.tree.files.count }

    /// The counts of the files, sorted by path below each of the paths given.
    package var counts: [(path: FilePath, count: Count)] {
        // Directories list their entries in any order.
        self.tallies.flatMap(\.counted)
            .sorted { ($0.file.root, $0.file.path) < ($1.file.root, $1.file.path) }
            .map { ($0.file.path, $0.count) }
    }

    /// What could not be read, sorted by path.
    package var failures: [FileTree.Failure] {
        (self.tree.failures + self.tallies.flatMap(\.failures)).sorted { $0.path < $1.path }
    }

    private mutating func count(_ files: [FileTree.File], _ parallel: Parallel) throws {
        // Pools and hosts need not be asked for nothing.
        if files.isEmpty { return }
        self.tallies.append(Tally(files, bytes: self.bytes))
        try self.tallies[self.tallies.count - 1].count(parallel, table: self.table)
    }
}
