// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Joblib

/// The task: to count a part of a file that it carries, on whatever host.
struct ContentsCounting: PortableTask {
    private var piece: FilePiece
    private var contents: Contents
    private var table: CharacterTable

    private enum Contents: Codable, Sendable {
        /// Some bytes before the part, the part itself, and some behind it: where it begins, and where what follows does.
        case bytes([UInt8], start: Int, end: Int)

        /// The file could not be read, which is told of where those are that could.
        case failed(SystemError)
    }

    /// Reads a part.
    ///
    /// - Parameters:
    ///   - piece: The part.
    ///   - path: The file.
    ///   - status: What the file was when it was found.
    ///   - table: The classes of characters.
    init(reading piece: FilePiece, of path: FilePath, status: FileStatus, table: CharacterTable) {
        self.piece = piece
        self.table = table
        do {
            // A character that lies across a cut belongs to the part in which it begins.
            let before = min(piece.start, UTF8Sequence.maximumLength - 1)
            let bytes = try Self.read(path, status, from: piece.start - before, upTo: piece.end)
            let size = piece.end.map { $0 - piece.start } ?? .max - before
            self.contents = .bytes(bytes, start: before, end: min(before + size, bytes.count))
        } catch {
            self.contents = .failed(error)
        }
    }

    /// Returns what is between two places of a file and enough of what follows to complete a character.
    private static func read(
        _ path: FilePath,
        _ status: FileStatus,
        from start: Int,
        upTo end: Int?
    ) throws(SystemError) -> [UInt8] {
        guard status.kind == .regular else { throw .notAFile }
        let descriptor = try SystemCall.openForReading(path)
        defer { SystemCall.closeFile(descriptor) }
        let limit = end.map { $0 + UTF8Sequence.maximumLength - 1 - start } ?? .max
        // The last part of a file ends where the file does, should it have grown meanwhile, or not have said its size.
        var capacity = min(limit, max(0, status.size - start) + 4_096)
        var bytes: [UInt8] = []
        while bytes.count < limit {
            let part = try SystemCall.bytes(descriptor, at: start + bytes.count, count: capacity)
            if part.isEmpty { break }
            bytes += part
            capacity = min(limit - bytes.count, FilePiece.carriedSize)
        }
        return bytes
    }

    func run() throws -> PieceOutcome {
        switch self.contents {
        case .failed(let error): return PieceOutcome(piece: self.piece, result: .failed(error))
        case .bytes(let bytes, let start, let end):
            var counter = WordCounter(self.table)
            bytes.withUnsafeBytes { buffer in
                let skipped = self.table.isUTF8 && start > 0 ? UTF8Sequence.overhang(in: buffer, at: start) : 0
                let first = min(start + skipped, buffer.count)
                let part = UnsafeRawBufferPointer(rebasing: buffer[first...])
                if first < end { _ = counter.count(part, upTo: end - first, isLast: true) }
            }
            return PieceOutcome(piece: self.piece, result: .counted(counter.piece))
        }
    }
}
