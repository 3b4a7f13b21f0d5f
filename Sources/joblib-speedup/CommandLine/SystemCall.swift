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
struct SystemError: Error, Hashable, CustomStringConvertible {
    var description: String

    init(_ description: String) {
        self.description = description
    }

    /// Creates the error that `errno` tells of.
    static var current: SystemError { SystemError(String(cString: strerror(errno))) }
}

/// The calls of the operating system that the program makes; no other file imports libc.
enum SystemCall {
    /// Opens a file to be read.
    static func openForReading(_ path: String) throws(SystemError) -> Int32 {
        try Self.checked(open(path, O_RDONLY | O_CLOEXEC))
    }

    /// Opens a file to be written, which is created if need be, and emptied if asked for.
    static func openForWriting(_ path: String, emptied: Bool) throws(SystemError) -> Int32 {
        try Self.checked(open(path, O_WRONLY | O_CREAT | O_CLOEXEC | (emptied ? O_TRUNC : 0), 0o666))
    }

    /// Reads some bytes, none at the end of the file.
    static func readSome(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
        while true {
            let count = read(descriptor, buffer.baseAddress, buffer.count)
            if count >= 0 { return count }
            guard errno == EINTR else { throw .current }
        }
    }

    /// Writes all bytes.
    static func writeAll(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) throws(SystemError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                throw .current
            }
        }
    }

    static func closeFile(_ descriptor: Int32) {
        close(descriptor)
    }

    static func exists(_ path: String) -> Bool {
        access(path, F_OK) == 0
    }

    static func remove(_ path: String) {
        unlink(path)
    }

    static func isTerminal(_ descriptor: Int32) -> Bool {
        isatty(descriptor) == 1
    }

    /// Makes a pipe; what is written to its input is read from its output.
    static func makePipe() throws(SystemError) -> (output: Int32, input: Int32) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw .current }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    private static func checked(_ descriptor: Int32) throws(SystemError) -> Int32 {
        guard descriptor >= 0 else { throw .current }
        return descriptor
    }
}
