// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Joblib

/// The counts of some files, as far as they are known.
///
/// Each part is recorded as soon as it is counted, so that an interruption loses nothing that was done.
struct Tally {
    private enum State {
        /// Parts that are still missing, and the counts of the others by their start.
        case counting(missing: Int, parts: [Int: PieceCount])
        case failed(SystemError)
    }

    private let files: [FileTree.File]
    private let bytes: PieceBytes
    private let pieces: [FilePiece]
    private var states: [State]

    /// Creates a tally that knows nothing about some files yet.
    init(_ files: [FileTree.File], bytes: PieceBytes = .readByTheTask) {
        let size = bytes == .readByTheTask ? FilePiece.defaultSize : FilePiece.carriedSize
        let pieces = files.indices.map { FilePiece.pieces(of: $0, status: files[$0].status, size: size) }
        self.files = files
        self.bytes = bytes
        self.pieces = pieces.flatMap(\.self)
        self.states = pieces.map { .counting(missing: $0.count, parts: [:]) }
    }

    /// Counts all files.
    ///
    /// - Throws: What the loop throws if it is interrupted. A file that cannot be read is no reason to throw.
    mutating func count(_ parallel: Parallel, table: CharacterTable) throws {
        let files = self.files
        let outcomes: ParallelResults<PieceOutcome>
        switch self.bytes {
        case .readByTheTask:
            let tasks = self.pieces.map { piece in
                let file = files[piece.file]
                return Delayed(PieceCounting(piece: piece, path: file.path, status: file.status, table: table))
            }
            outcomes = try parallel(tasks, returnAs: .generatorUnordered)
        case .carriedByTheTask:
            // Read as they are sent, so that no more of them are in memory than are on their way.
            let tasks = self.pieces.lazy.map { piece in
                let file = files[piece.file]
                return Delayed(ContentsCounting(reading: piece, of: file.path, status: file.status, table: table))
            }
            outcomes = try parallel(tasks, returnAs: .generatorUnordered)
        }
        while let outcome = try outcomes.next() {
            switch outcome.result {
            case .counted(let part): self.record(part, of: outcome.piece)
            case .failed(let error): self.states[outcome.piece.file] = .failed(error)
            }
        }
    }

    /// The counts of the files that are counted in full, in the order of the files.
    var counted: [(file: FileTree.File, count: Count)] {
        zip(self.files, self.states)
            .compactMap { file, state in
                guard case .counting(missing: 0, let parts) = state else { return nil }
                var whole = PieceCount()
                for part in parts.sorted(by: { $0.key < $1.key }) { whole.append(part.value) }
                return (file, whole.count)
            }
    }

    /// The files that could not be read, in the order of the files.
    var failures: [FileTree.Failure] {
        zip(self.files, self.states)
            .compactMap { file, state in
                guard case .failed(let error) = state else { return nil }
                return FileTree.Failure(path: file.path, error: error)
            }
    }

    private mutating func record(_ part: PieceCount, of piece: FilePiece) {
        guard case .counting(let missing, var parts) = self.states[piece.file] else { return }
        // In place: a file may have many parts.
        self.states[piece.file] = .counting(missing: 0, parts: [:])
        parts[piece.start] = part
        self.states[piece.file] = .counting(missing: missing - 1, parts: parts)
    }
}

/// How the tasks come to what they count.
package enum PieceBytes: Sendable {
    /// They read the file, wherever they run.
    case readByTheTask

    /// They carry it: other hosts do not have the file.
    case carriedByTheTask
}

/// What a task has made of a part of a file.
struct PieceOutcome: Codable, Sendable {
    enum Result: Codable, Sendable {
        case counted(PieceCount)
        case failed(SystemError)
    }

    var piece: FilePiece
    var result: Result
}

/// The task: to count a part of a file, in whatever process that has the file.
struct PieceCounting: PortableTask {
    var piece: FilePiece
    var path: FilePath
    var status: FileStatus
    var table: CharacterTable

    func run() throws -> PieceOutcome {
        do {
            let part = try self.piece.count(self.path, status: self.status, table: self.table) {
                TaskContext.current?.isCancelled ?? false
            }
            return PieceOutcome(piece: self.piece, result: .counted(part))
        } catch let error as SystemError {
            return PieceOutcome(piece: self.piece, result: .failed(error))
        }
    }
}
