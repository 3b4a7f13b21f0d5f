// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// A part of a file that one task counts.
///
/// A large file is cut, so that it keeps all workers busy; a character that lies across a cut belongs to the part in
/// which it begins.
struct FilePiece: Codable, Hashable, Sendable {
    /// The size of all parts but the last.
    static let defaultSize = 8 << 20

    /// The size of all parts but the last, where a task carries them.
    static let carriedSize = 512 << 10

    /// The most bytes held in memory by one task.
    private static let bufferSize = 256 << 10

    /// The position of the file in the list of all files.
    var file: Int

    /// Where the part begins.
    var start: Int

    /// Where the part ends; nil for the last one, which ends where the file does, should it grow meanwhile.
    var end: Int?

    /// Returns the parts of a file, at least one.
    static func pieces(of file: Int, status: FileStatus, size: Int = Self.defaultSize) -> [FilePiece] {
        guard status.kind == .regular, status.size > size else { return [FilePiece(file: file, start: 0)] }
        return stride(from: 0, to: status.size, by: size)
            .map { start in
                FilePiece(file: file, start: start, end: start + size < status.size ? start + size : nil)
            }
    }

    /// Counts the part.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - status: What the file was when it was found.
    ///   - table: The classes of characters.
    ///   - isCancelled: Asked for every buffer whether to give up.
    /// - Returns: The count.
    /// - Throws: ``SystemError`` if the file cannot be read; `CancellationError` once `isCancelled` answers true.
    func count(
        _ path: FilePath,
        status: FileStatus,
        table: CharacterTable,
        isCancelled: () -> Bool
    ) throws -> PieceCount {
        let descriptor = try SystemCall.openForReading(path)
        defer { SystemCall.closeFile(descriptor) }

        // A small file needs a small buffer: one of full size costs more than the counting.
        let isSmall = status.kind == .regular && status.size - self.start < Self.bufferSize
        let capacity = isSmall ? max(0, status.size - self.start) + 64 : Self.bufferSize
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 16)
        defer { buffer.deallocate() }

        var counter = WordCounter(table)
        var position = self.start
        if self.start > 0, table.isUTF8 { position += try self.overhang(descriptor) }
        let end = self.end ?? .max
        // Bytes at the start of the buffer that begin a character and were not counted yet.
        var pending = 0
        while position - pending < end {
            if isCancelled() { throw CancellationError() }
            let free = UnsafeMutableRawBufferPointer(rebasing: buffer[pending...])
            guard let read = try self.read(descriptor, status.kind, at: position, into: free) else { continue }
            position += read
            let available = pending + read
            // What lies beyond the end of the part only completes a character that begins in it.
            let limit = available - max(0, position - end)
            let window = UnsafeRawBufferPointer(rebasing: buffer[..<available])
            let used = counter.count(window, upTo: limit, isLast: read == 0)
            guard read > 0 else { break }
            pending = available - used
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: window[used...]))
        }
        return counter.piece
    }

    /// Reads the next bytes, none at the end of the file; nil if a stream has none yet.
    private func read(
        _ descriptor: Int32,
        _ kind: FileStatus.Kind,
        at position: Int,
        into buffer: UnsafeMutableRawBufferPointer
    ) throws(SystemError) -> Int? {
        guard kind == .regular else { return try SystemCall.readIfReady(descriptor, into: buffer) }
        let wanted = max((self.end ?? .max) - position, UTF8Sequence.maximumLength)
        let part = UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(wanted))
        return try SystemCall.read(descriptor, at: position, into: part)
    }

    /// Returns how many bytes at the start of this part belong to a character of the part before.
    private func overhang(_ descriptor: Int32) throws(SystemError) -> Int {
        let before = min(self.start, UTF8Sequence.maximumLength - 1)
        return try withUnsafeTemporaryAllocation(byteCount: 8, alignment: 8) { buffer throws(SystemError) in
            let count = try SystemCall.read(descriptor, at: self.start - before, into: buffer)
            // The file may have shrunk since its parts were laid out.
            guard count > before else { return 0 }
            return UTF8Sequence.overhang(in: UnsafeRawBufferPointer(rebasing: buffer[..<count]), at: before)
        }
    }
}
