// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Joblib
import Synchronization

/// The counts of some files, as far as they are known.
///
/// Workers hand in each part as soon as it is counted, so that an interruption loses nothing that was done.
final class Tally: Sendable {
    private enum State {
        /// Parts that are still missing, and the counts of the others by their start.
        case counting(missing: Int, parts: [Int: PieceCount])
        case failed(SystemError)
    }

    private let files: [FileTree.File]
    private let pieces: [FilePiece]
    private let states: Mutex<[State]>

    /// Creates a tally that knows nothing about some files yet.
    init(_ files: [FileTree.File], pieceSize: Int = FilePiece.defaultSize) {
        let pieces = files.indices.map { FilePiece.pieces(of: $0, status: files[$0].status, size: pieceSize) }
        self.files = files
        self.pieces = pieces.flatMap(\.self)
        self.states = Mutex(pieces.map { .counting(missing: $0.count, parts: [:]) })
    }

    /// Counts all files.
    ///
    /// - Throws: What the loop throws if it is interrupted. A file that cannot be read is no reason to throw.
    func count(_ parallel: Parallel, table: CharacterTable) throws {
        try parallel.forEach(self.pieces) { piece in
            let file = self.files[piece.file]
            do {
                let part = try piece.count(file.path, status: file.status, table: table) {
                    TaskContext.current?.isCancelled ?? false
                }
                self.record(part, of: piece)
            } catch let error as SystemError {
                self.states.withLock { $0[piece.file] = .failed(error) }
            }
        }
    }

    /// The counts of the files that are counted in full, in the order of the files.
    var counted: [(file: FileTree.File, count: Count)] {
        self.states.withLock { states in
            zip(self.files, states)
                .compactMap { file, state in
                    guard case .counting(missing: 0, let parts) = state else { return nil }
                    var whole = PieceCount()
                    for part in parts.sorted(by: { $0.key < $1.key }) { whole.append(part.value) }
                    return (file, whole.count)
                }
        }
    }

    /// The files that could not be read, in the order of the files.
    var failures: [FileTree.Failure] {
        self.states.withLock { states in
            zip(self.files, states)
                .compactMap { file, state in
                    guard case .failed(let error) = state else { return nil }
                    return FileTree.Failure(path: file.path, error: error)
                }
        }
    }

    private func record(_ part: PieceCount, of piece: FilePiece) {
        self.states.withLock { states in
            guard case .counting(let missing, var parts) = states[piece.file] else { return }
            parts[piece.start] = part
            states[piece.file] = .counting(missing: missing - 1, parts: parts)
        }
    }
}
