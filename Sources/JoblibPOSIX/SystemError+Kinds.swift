// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import Glibc

extension SystemError {
    /// Whether there is already something of that name (EEXIST).
    public var isCollision: Bool { self.errno == EEXIST }

    /// Whether the file system has no room, or grants this user no more, or no file so large (ENOSPC, EDQUOT, EFBIG).
    public var isFull: Bool { [ENOSPC, EDQUOT, EFBIG].contains(self.errno) }

    /// Whether there is no descriptor left (EMFILE, ENFILE).
    public var isOutOfDescriptors: Bool { [EMFILE, ENFILE].contains(self.errno) }

    /// Whether the file system has no files without names (EOPNOTSUPP), or the kernel does not know them (EISDIR).
    public var hasNoUnnamedFiles: Bool { [EOPNOTSUPP, EISDIR].contains(self.errno) }

    /// Whether the kernel does not have the call, or a sandbox forbids it (ENOSYS, EINVAL, EPERM).
    public var isMissingCall: Bool { [ENOSYS, EINVAL, EPERM].contains(self.errno) }
}
