// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX
internal import Glibc

// SAFETY: constants; what is in the memory is its users' business.
/// Memory of a file without a name, memfd_create(2), which another process can map that has its descriptor.
///
/// It is reserved as a whole when it is made, and its size is sealed: no store into it can end a process by SIGBUS. The kernel
/// frees it with the last process that maps it, however that one ends.
@safe
public final class SharedMemoryFile: @unchecked Sendable {
    /// Where it begins in this process; every byte is 0 at first, and aligned to a page.
    public let start: UnsafeMutableRawPointer

    /// Its size in bytes.
    public let byteCount: Int

    /// The descriptor, which no child inherits.
    public let descriptor: Int32

    /// Makes memory.
    ///
    /// - Parameters:
    ///   - name: Shown by the kernel, in /proc/PID/maps; need not be unique.
    ///   - byteCount: From 1.
    /// - Throws: ``SystemError`` when the system has no memory (ENOMEM, ENOSPC) or descriptor left to give.
    public init(name: String, byteCount: Int) throws(SystemError) {
        let descriptor = unsafe joblib_memory_file(name, byteCount)
        guard descriptor >= 0 else { throw SystemError(errno: -descriptor, call: "memfd_create") }
        guard let start = unsafe joblib_map_memory_file(descriptor, byteCount) else {
            let failure = errno
            close(descriptor)
            throw SystemError(errno: failure, call: "mmap")
        }
        unsafe self.start = start
        self.byteCount = byteCount
        self.descriptor = descriptor
        DescriptorTable.shared.add(descriptor)
    }

    /// Maps the memory of another process.
    ///
    /// - Parameters:
    ///   - descriptor: Taken over, and closed in the end.
    ///   - byteCount: What it must have at least.
    /// - Throws: ``SystemError`` when it is no such memory, or too small.
    public init(descriptor: Int32, byteCount: Int) throws(SystemError) {
        guard let start = unsafe joblib_map_memory_file(descriptor, byteCount) else {
            throw SystemError(errno: errno, call: "mmap")
        }
        unsafe self.start = start
        self.byteCount = byteCount
        self.descriptor = descriptor
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        DescriptorTable.shared.add(descriptor)
    }

    deinit {
        unsafe munmap(self.start, self.byteCount)
        DescriptorTable.shared.close([self.descriptor])
    }
}
