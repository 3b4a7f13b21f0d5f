// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX
internal import Glibc

/// Memory of a file without a name that processes read and write at places they agree on, memfd_create(2).
///
/// Processes that run tasks never map it: no store goes astray into it, and where memory is short a write fails instead of ending the
/// process. It has as many bytes as were written, wherever they are, and its end never moves back; the kernel frees it with the last process
/// that has its descriptor.
public final class MemoryArena: Sendable {
    /// The descriptor, which no child inherits that is not given it.
    public let descriptor: Int32

    /// Makes an empty arena.
    ///
    /// - Parameter name: Shown by the kernel, in /proc/PID/fd; need not be unique.
    /// - Throws: ``SystemError`` when the system has no descriptor left to give.
    public init(name: String) throws(SystemError) {
        self.descriptor = unsafe joblib_arena_file(name)
        guard self.descriptor >= 0 else { throw SystemError(errno: -self.descriptor, call: "memfd_create") }
        DescriptorTable.shared.add(self.descriptor)
    }

    /// Takes part in the arena of another process.
    ///
    /// - Parameter descriptor: Taken over, and closed in the end.
    public init(descriptor: Int32) {
        self.descriptor = descriptor
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        DescriptorTable.shared.add(descriptor)
    }

    deinit { DescriptorTable.shared.close([self.descriptor]) }

    /// How many bytes of memory it has, everywhere together.
    public var byteCount: Int {
        var status = stat()
        guard unsafe fstat(self.descriptor, &status) == 0 else { return 0 }
        return Int(status.st_blocks) * 512
    }

    /// Behind the last byte that was ever written.
    public var end: Int {
        var status = stat()
        return unsafe fstat(self.descriptor, &status) == 0 ? Int(status.st_size) : 0
    }

    /// Whether a place may be written to: a limit of the size of files would end a process that goes beyond, RLIMIT_FSIZE.
    private static func isAllowed(_ end: Int) -> Bool {
        var limit = rlimit()
        // The constant is imported as another type than the function takes.
        guard unsafe getrlimit(__rlimit_resource_t(1), &limit) == 0 else { return false }
        return UInt64(limit.rlim_cur) >= UInt64(end)
    }

    /// Writes bytes.
    ///
    /// - Parameters:
    ///   - bytes: The bytes.
    ///   - offset: Where they begin, from 0.
    /// - Throws: ``SystemError`` when there is no memory for them, or the process may not write so far (EFBIG); some may have been
    ///   written.
    public func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(SystemError) {
        let (end, overflow) = offset.addingReportingOverflow(bytes.count)
        guard offset >= 0, !overflow, Self.isAllowed(end) else { throw SystemError(errno: EFBIG, call: "pwrite") }
        var done = 0
        while done < bytes.count {
            let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[done...])
            let count = unsafe pwrite(self.descriptor, rest.baseAddress, rest.count, off_t(offset + done))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw SystemError(errno: count == 0 ? ENOSPC : errno, call: "pwrite") }
            done += count
        }
    }

    /// Reads bytes.
    ///
    /// - Parameters:
    ///   - buffer: Filled with them.
    ///   - offset: Where they begin, from 0.
    /// - Throws: ``SystemError`` when it ends before, ENODATA among others.
    public func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(SystemError) {
        guard offset >= 0 else { throw SystemError(errno: EINVAL, call: "pread") }
        var done = 0
        while done < buffer.count {
            let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
            let count = unsafe pread(self.descriptor, rest.baseAddress, rest.count, off_t(offset + done))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw SystemError(errno: count == 0 ? ENODATA : errno, call: "pread") }
            done += count
        }
    }

    /// Makes its size and its bytes final, for whoever has it.
    ///
    /// - Throws: ``SystemError``.
    public func seal() throws(SystemError) {
        let failure = joblib_seal_file(self.descriptor)
        guard failure == 0 else { throw SystemError(errno: failure, call: "fcntl") }
    }

    /// Gives memory back to the system; what was there is 0 from then on.
    public func discard(_ range: Range<Int>) {
        guard !range.isEmpty else { return }
        joblib_arena_discard(self.descriptor, Int64(range.lowerBound), Int64(range.count))
    }
}
