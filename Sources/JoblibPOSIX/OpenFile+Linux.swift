// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX
internal import Glibc

extension OpenFile {
    /// Makes the file at least so large, and has the file system set the space aside; fallocate(2).
    ///
    /// - Parameters:
    ///   - byteCount: From 1.
    ///   - isShared: Whether others may write to the file meanwhile. Where the file system cannot set space aside, such a file is only
    ///     made larger: what posix_fallocate(3) does instead, reading and writing a byte of each block, would undo their writes.
    /// - Throws: ``SystemError``; ENOSPC where there is no room, EFBIG beyond the limits of the process or the file system.
    public func reserve(_ byteCount: Int, isShared: Bool = false) throws(SystemError) {
        switch joblib_set_space_aside(self.descriptor, byteCount) {
        case 0: return
        case EOPNOTSUPP: return try self.grow(byteCount, isShared)
        case let failure: throw SystemError(errno: failure, call: "fallocate")
        }
    }

    private func grow(_ byteCount: Int, _ isShared: Bool) throws(SystemError) {
        if !isShared {
            let failure = posix_fallocate(self.descriptor, 0, byteCount)
            guard failure == 0 else { throw SystemError(errno: failure, call: "posix_fallocate") }
        } else if try self.status().byteCount < byteCount, ftruncate(self.descriptor, byteCount) != 0 {
            throw SystemError(errno: errno, call: "ftruncate")
        }
    }
}
