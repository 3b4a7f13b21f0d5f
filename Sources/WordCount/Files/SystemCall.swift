// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A failed call of the operating system, in its own words.
package struct SystemError: Error, Codable, Hashable, Sendable, CustomStringConvertible {
    package let code: Int32

    package var description: String { String(cString: strerror(self.code)) }

    /// The error that `errno` tells of.
    static var current: SystemError { SystemError(code: errno) }

    /// What is no file has no size, and no places to read at.
    static var notAFile: SystemError { SystemError(code: ESPIPE) }
}

/// What stands behind a path.
struct FileStatus: Codable, Hashable, Sendable {
    enum Kind: Codable, Hashable, Sendable {
        case regular
        case directory
        case symbolicLink
        /// A pipe, a socket or a device, which has no size and may never end.
        case stream
    }

    var kind: Kind
    var size: Int

    fileprivate init(_ status: stat) {
        self.size = Int(status.st_size)
        switch status.st_mode & S_IFMT {
        case S_IFREG: self.kind = .regular
        case S_IFDIR: self.kind = .directory
        case S_IFLNK: self.kind = .symbolicLink
        default: self.kind = .stream
        }
    }
}

/// The calls of the operating system that the program makes.
enum SystemCall {
    /// Returns what stands behind a path, at the end of all symbolic links.
    static func status(_ path: FilePath) throws(SystemError) -> FileStatus {
        var status = stat()
        guard Self.withCString(path.bytes, { stat($0, &status) }) == 0 else { throw .current }
        return FileStatus(status)
    }

    /// Calls a closure with the name and status of each entry of a directory, symbolic links as such.
    ///
    /// - Parameters:
    ///   - path: The directory.
    ///   - body: Receives the name and the status, or the error for an entry that has none. It returns whether to go on.
    /// - Throws: ``SystemError`` if the directory cannot be read.
    static func forEachEntry(
        of path: FilePath,
        _ body: (_ name: [UInt8], _ status: Result<FileStatus, SystemError>) -> Bool
    ) throws(SystemError) {
        guard let directory = Self.withCString(path.bytes, { opendir($0) }) else { throw .current }
        defer { closedir(directory) }
        let nameOffset = MemoryLayout<dirent>.offset(of: \.d_name)!
        while true {
            // The end of the directory and an error look the same otherwise.
            errno = 0
            guard let entry = readdir(directory) else {
                guard errno == 0 else { throw .current }
                return
            }
            // By address: a copy of the entry could read beyond the end of a short one.
            let start = UnsafeRawPointer(entry).advanced(by: nameOffset).assumingMemoryBound(to: CChar.self)
            let name = UnsafeRawBufferPointer(start: start, count: strlen(start))
            if name.elementsEqual(".".utf8) || name.elementsEqual("..".utf8) { continue }
            var status = stat()
            let isKnown = fstatat(dirfd(directory), start, &status, AT_SYMLINK_NOFOLLOW) == 0
            guard body(Array(name), isKnown ? .success(FileStatus(status)) : .failure(.current)) else { return }
        }
    }

    /// Opens a file to be read, without waiting for the writer of a pipe.
    static func openForReading(_ path: FilePath) throws(SystemError) -> Int32 {
        let descriptor = Self.withCString(path.bytes) { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
        guard descriptor >= 0 else { throw .current }
        return descriptor
    }

    static func closeFile(_ descriptor: Int32) {
        close(descriptor)
    }

    /// Reads some bytes at a place of a file, none at its end.
    static func read(
        _ descriptor: Int32,
        at offset: Int,
        into buffer: UnsafeMutableRawBufferPointer
    ) throws(SystemError) -> Int {
        try Self.retrying { pread(descriptor, buffer.baseAddress, buffer.count, off_t(offset)) }
    }

    /// Reads some bytes at a place of a file, none at its end.
    static func bytes(_ descriptor: Int32, at offset: Int, count: Int) throws(SystemError) -> [UInt8] {
        var failure: SystemError?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            do throws(SystemError) {
                initialized = try Self.read(descriptor, at: offset, into: UnsafeMutableRawBufferPointer(buffer))
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }

    /// Reads some bytes of a stream, none at its end; nil if it has no bytes for a tenth of a second.
    static func readIfReady(
        _ descriptor: Int32,
        into buffer: UnsafeMutableRawBufferPointer
    ) throws(SystemError) -> Int? {
        var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard try Self.retrying({ Int(poll(&request, 1, 100)) }) > 0 else { return nil }
        do {
            return try Self.retrying { readBytes(descriptor, buffer) }
        } catch {
            if error.code == EAGAIN { return nil }
            throw error
        }
    }

    /// Writes all bytes.
    static func writeAll(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) throws(SystemError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = UnsafeRawBufferPointer(rebasing: rest)
            rest = rest.dropFirst(try Self.retrying { write(descriptor, part.baseAddress, part.count) })
        }
    }

    /// Repeats a call that a signal interrupted before it did anything.
    private static func retrying(_ call: () -> Int) throws(SystemError) -> Int {
        while true {
            let result = call()
            if result >= 0 { return result }
            guard errno == EINTR else { throw .current }
        }
    }

    private static func withCString<Value>(_ bytes: [UInt8], _ body: (UnsafePointer<CChar>) -> Value) -> Value {
        (bytes.map { CChar(bitPattern: $0) } + [0]).withUnsafeBufferPointer { body($0.baseAddress!) }
    }
}

/// Calls `read`, which a function of the same name hides inside `SystemCall`.
private func readBytes(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
    read(descriptor, buffer.baseAddress, buffer.count)
}
