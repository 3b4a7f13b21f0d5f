// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibCore
internal import JoblibPOSIX

/// A file of the user's that is about to be mapped.
struct FileMapping: ~Copyable {
    let path: String
    let sharing: MappedFile.Sharing
    let mode: MmapMode
    private let file: OpenFile

    /// Opens a file.
    ///
    /// - Parameters:
    ///   - path: Its path, which is made absolute.
    ///   - mode: `"w+"` makes the file, or empties it.
    /// - Throws: `ParallelError`.
    init(_ path: String, _ mode: MmapMode) throws(ParallelError) {
        try mode.validate()
        guard mode != .disabled else {
            throw ParallelError(
                .invalidMmapMode,
                "the file '\(path)' cannot be mapped without mapping: write \"r\", \"r+\", \"w+\" or \"c\""
            )
        }
        let path = path.hasPrefix("/") ? path : Folder.current + path
        let sharing: MappedFile.Sharing =
            switch mode {
            case .readOnly: .readOnly
            case .copyOnWrite: .privately
            default: .shared
            }
        let access: OpenFile.Access = mode == .create ? .emptying : sharing == .shared ? .updating : .reading
        self.file = try Self.open(path, access)
        self.path = path
        self.sharing = sharing
        self.mode = mode.ofExisting
    }

    /// Opens a file with bytes at positions.
    static func open(_ path: String, _ access: OpenFile.Access) throws(ParallelError) -> OpenFile {
        do throws(SystemError) {
            let file = try OpenFile(path, access)
            if try file.status().isRegular { return file }
        } catch {
            throw ParallelError(.invalidArgument, "the file '\(path)' cannot be opened: \(error)")
        }
        throw ParallelError(.invalidArgument, "'\(path)' is no file, but a folder, a pipe or a device")
    }

    /// The size of the file in bytes.
    func byteCount() throws(ParallelError) -> Int {
        do throws(SystemError) { return try self.file.status().byteCount } catch { throw self.failure(error) }
    }

    /// Sets space aside, and makes the file larger if it is smaller.
    func reserve(_ byteCount: Int) throws(ParallelError) {
        // No file can be reserved that is empty.
        guard self.sharing == .shared, byteCount > 0 else { return }
        do throws(SystemError) {
            try self.file.reserve(byteCount, isShared: true)
        } catch {
            let free = (try? Folder.freeByteCount(at: self.path)).map { ", and \($0) are free" } ?? ""
            throw ParallelError(.resourceExhausted, "the file '\(self.path)' needs \(byteCount) bytes\(free): \(error)")
        }
    }

    /// Reads from a position until the buffer is full.
    func read(into buffer: UnsafeMutableRawBufferPointer, at position: Int) throws(ParallelError) -> Int {
        do throws(SystemError) {
            return try unsafe self.file.read(into: buffer, at: position)
        } catch {
            throw self.failure(error)
        }
    }

    /// Maps the file as it is.
    consuming func segment() throws(ParallelError) -> Segment {
        let (path, sharing, byteCount) = (self.path, self.sharing, try self.byteCount())
        do throws(SystemError) {
            return try Segment.map(self.file, byteCount: byteCount, sharing, path: path)
        } catch {
            throw ParallelError(.resourceExhausted, "the file '\(path)' cannot be mapped: \(error)")
        }
    }

    private func failure(_ error: SystemError) -> ParallelError {
        ParallelError(.invalidArgument, "the file '\(self.path)' cannot be read: \(error)")
    }
}
