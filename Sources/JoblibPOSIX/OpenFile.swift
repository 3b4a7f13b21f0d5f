// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX
internal import Glibc

/// A file that this process has open and no child inherits by exec; closed at the end.
public struct OpenFile: ~Copyable {
    /// How a file is opened.
    public enum Access: Sendable {
        /// For reading.
        case reading

        /// For reading, and the file itself: where the path's last component is a link, ELOOP.
        case readingNoLink

        /// For reading and writing.
        case updating

        /// For reading and writing, made if it is not there, and emptied.
        case emptying

        /// For reading and writing, and made; EEXIST if it is there. The second is for this user's eyes alone.
        case making, makingPrivately
    }

    /// The descriptor, valid as long as this value is.
    public let descriptor: Int32

    /// Takes over a descriptor.
    public init(owning descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// Opens a file; a pipe without a writer is not waited for.
    ///
    /// - Throws: ``SystemError``, such as ENOENT or EACCES.
    public init(_ path: String, _ access: Access) throws(SystemError) {
        let flags =
            switch access {
            case .reading: O_RDONLY
            case .readingNoLink: O_RDONLY | O_NOFOLLOW
            case .updating: O_RDWR
            case .emptying: O_RDWR | O_CREAT | O_TRUNC
            case .making, .makingPrivately: O_RDWR | O_CREAT | O_EXCL
            }
        let mode: mode_t = access == .makingPrivately ? 0o600 : 0o666
        let descriptor = unsafe open(path, flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, mode)
        guard descriptor >= 0 else { throw SystemError(errno: errno, call: "open") }
        self.descriptor = descriptor
    }

    /// Makes a file without a name in a folder: the kernel frees it with the last process that has it.
    ///
    /// - Throws: ``SystemError``; EOPNOTSUPP or EISDIR where the file system, or the kernel, has none of these.
    public init(unnamedIn folder: String) throws(SystemError) {
        let descriptor = unsafe joblib_unnamed_file(folder)
        guard descriptor >= 0 else { throw SystemError(errno: -descriptor, call: "open") }
        self.descriptor = descriptor
    }

    /// Makes memory that is a file, reserved as a whole and of a size that does not change; memfd_create(2).
    ///
    /// - Throws: ``SystemError``; ENOSYS or EPERM where there is no such thing, ENOMEM and ENOSPC where there is no memory.
    public init(memoryNamed name: String, byteCount: Int) throws(SystemError) {
        let descriptor = unsafe joblib_memory_file(name, byteCount)
        guard descriptor >= 0 else { throw SystemError(errno: -descriptor, call: "memfd_create") }
        self.descriptor = descriptor
    }

    deinit { close(self.descriptor) }

    /// Gives the descriptor to the caller, who closes it.
    public consuming func release() -> Int32 {
        let descriptor = self.descriptor
        discard self
        return descriptor
    }

    /// What the file is.
    ///
    /// - Throws: ``SystemError``.
    public func status() throws(SystemError) -> FileStatus { try FileStatus(descriptor: self.descriptor) }

    /// Reads bytes from a position until the buffer is full or the file ends, and returns their number; pread(2).
    ///
    /// - Throws: ``SystemError``.
    public func read(into buffer: UnsafeMutableRawBufferPointer, at position: Int) throws(SystemError) -> Int {
        var done = 0
        while done < buffer.count {
            let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
            let count = unsafe pread(self.descriptor, rest.baseAddress, rest.count, position + done)
            if count == 0 { break }
            if count > 0 {
                done += count
            } else if errno != EINTR {
                throw SystemError(errno: errno, call: "pread")
            }
        }
        return done
    }

    /// Returns bytes from a position, fewer where the file ends; pread(2).
    ///
    /// - Throws: ``SystemError``.
    public func bytes(at position: Int, count: Int) throws(SystemError) -> [UInt8] {
        var result: Result<Int, SystemError> = .success(0)
        var bytes = [UInt8](repeating: 0, count: count)
        unsafe bytes.withUnsafeMutableBytes { buffer in
            do throws(SystemError) {
                result = .success(try unsafe self.read(into: buffer, at: position))
            } catch {
                result = .failure(error)
            }
        }
        bytes.removeLast(count - (try result.get()))
        return bytes
    }

    /// Writes all bytes at a position; pwrite(2).
    ///
    /// - Throws: ``SystemError``, such as ENOSPC.
    public func write(_ buffer: UnsafeRawBufferPointer, at position: Int) throws(SystemError) {
        var done = 0
        while done < buffer.count {
            let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[done...])
            let count = unsafe pwrite(self.descriptor, rest.baseAddress, rest.count, position + done)
            if count >= 0 {
                done += count
            } else if errno != EINTR {
                throw SystemError(errno: errno, call: "pwrite")
            }
        }
    }

    /// Writes all bytes at a position; pwrite(2).
    ///
    /// - Throws: ``SystemError``, such as ENOSPC.
    public func write(_ bytes: [UInt8], at position: Int) throws(SystemError) {
        var failure: SystemError?
        unsafe bytes.withUnsafeBytes { buffer in
            do throws(SystemError) {
                try unsafe self.write(buffer, at: position)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
    }

    /// Lets this user run the file, and nobody else do anything with it; fchmod(2) with mode 0700.
    ///
    /// - Throws: ``SystemError``.
    public func makeExecutable() throws(SystemError) {
        guard fchmod(self.descriptor, 0o700) == 0 else { throw SystemError(errno: errno, call: "fchmod") }
    }

    /// Says that the file was used now, utimensat(2); nothing happens where that is not allowed.
    public static func touch(_ path: String) { unsafe utimensat(AT_FDCWD, path, nil, 0) }

    /// Gives a file another name, in place of what has that name already; rename(2).
    ///
    /// - Throws: ``SystemError``.
    public static func rename(_ old: String, to new: String) throws(SystemError) {
        guard unsafe Glibc.rename(old, new) == 0 else { throw SystemError(errno: errno, call: "rename") }
    }

    /// Takes away a file's name; nothing happens where it has none.
    public static func remove(_ path: String) {
        unsafe unlink(path)
    }
}
