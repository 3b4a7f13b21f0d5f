// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import Glibc

extension SystemError {
    /// A file that is larger than it may be (EFBIG).
    public static var fileTooLarge: Int32 { EFBIG }

    /// Something that is not allowed (EPERM).
    public static var notPermitted: Int32 { EPERM }

    /// Whether there is already something of that name (EEXIST).
    public var isCollision: Bool { self.errno == EEXIST }

    /// Whether there is no such file: ENOENT.
    public var isMissingFile: Bool { self.errno == ENOENT }

    /// Whether a path leads through a link where none may be, or through too many (ELOOP).
    public var isLink: Bool { self.errno == ELOOP }

    /// Whether the file system has no room, or grants this user no more, or no file so large (ENOSPC, EDQUOT, EFBIG).
    public var isFull: Bool { [ENOSPC, EDQUOT, EFBIG].contains(self.errno) }

    /// Of what there is no more.
    public enum Shortage: Sendable {
        case descriptors
        case descriptorsOfSystem
        case processes
        case memory
    }

    /// Of what there is no more, if that is why the call has failed.
    public var shortage: Shortage? {
        switch self.errno {
        case EMFILE: .descriptors
        case ENFILE: .descriptorsOfSystem
        case EAGAIN: .processes
        case ENOMEM, ENOSPC: .memory
        default: nil
        }
    }

    /// Whether there is no descriptor left.
    public var isOutOfDescriptors: Bool { [.descriptors, .descriptorsOfSystem].contains(self.shortage) }

    /// Whether the file system has no files without names (EOPNOTSUPP), or the kernel does not know them (EISDIR).
    public var hasNoUnnamedFiles: Bool { [EOPNOTSUPP, EISDIR].contains(self.errno) }

    /// Whether the kernel does not have the call, or a sandbox forbids it (ENOSYS, EINVAL, EPERM).
    public var isMissingCall: Bool { [ENOSYS, EINVAL, EPERM].contains(self.errno) }
}
