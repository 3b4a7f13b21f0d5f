// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Joblib

/// The files below some paths, and what could not be listed.
///
/// Symbolic links below a path are not followed, which rules out cycles; a path that is itself one is. Below a path,
/// only regular files count: a pipe or a device has no end.
package struct FileTree: Codable, Sendable {
    /// A file to count.
    struct File: Codable, Hashable, Sendable {
        /// The position of the path, of those given, below which the file lies.
        var root: Int
        var path: FilePath
        var status: FileStatus
    }

    /// Something that could not be read.
    package struct Failure: Error, Codable, Hashable, Sendable {
        package var path: FilePath
        package var error: SystemError
    }

    /// A directory whose entries are not known yet.
    struct Directory: Codable, Sendable {
        var root: Int
        var path: FilePath
    }

    private(set) var files: [File] = []
    private(set) var failures: [Failure] = []
    private var directories: [Directory] = []

    /// Creates a tree in which only the paths themselves are known.
    init(_ paths: [FilePath]) {
        for (root, path) in paths.enumerated() {
            do {
                self.add(path, status: try SystemCall.status(path), root: root)
            } catch {
                self.failures.append(Failure(path: path, error: error))
            }
        }
    }

    /// Whether all directories have been listed.
    var isComplete: Bool { self.directories.isEmpty }

    /// Lists the known directories, all in parallel; those in them become known.
    ///
    /// - Parameter parallel: Runs the listing of directories.
    /// - Returns: The files in the directories, in no order.
    /// - Throws: What the loop throws if it is interrupted.
    mutating func listNextLevel(_ parallel: Parallel) throws -> [File] {
        var level = FileTree([])
        for entries in try parallel(self.directories.map { Delayed(Listing(directory: $0)) }) { level.append(entries) }
        self.directories = []
        self.append(level)
        return level.files
    }

    /// The task: to list a directory, in whatever process.
    struct Listing: PortableTask {
        var directory: Directory

        func run() throws -> FileTree { try FileTree.list(self.directory) }
    }

    /// Returns what a directory holds.
    private static func list(_ directory: Directory) throws -> FileTree {
        var tree = FileTree([])
        var isCancelled = false
        do {
            try SystemCall.forEachEntry(of: directory.path) { name, status in
                let path = directory.path.appending(name)
                switch status {
                case .success(let status) where status.kind == .regular || status.kind == .directory:
                    tree.add(path, status: status, root: directory.root)
                case .success: break
                case .failure(let error): tree.failures.append(Failure(path: path, error: error))
                }
                // A directory of a million entries takes seconds.
                isCancelled = TaskContext.current?.isCancelled ?? false
                return !isCancelled
            }
        } catch {
            tree.failures.append(Failure(path: directory.path, error: error))
        }
        if isCancelled { throw CancellationError() }
        return tree
    }

    private mutating func add(_ path: FilePath, status: FileStatus, root: Int) {
        if status.kind == .directory {
            self.directories.append(Directory(root: root, path: path))
        } else {
            self.files.append(File(root: root, path: path, status: status))
        }
    }

    private mutating func append(_ other: FileTree) {
        self.files += other.files
        self.failures += other.failures
        self.directories += other.directories
    }
}
