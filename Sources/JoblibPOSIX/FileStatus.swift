// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import Glibc

/// What the system knows of a file, fstat(2).
public struct FileStatus: Sendable, Hashable {
    /// The file system, and the number of the file in it: as long as anybody has the file, no other one has both.
    public let device: UInt64

    /// See ``device``.
    public let inode: UInt64

    /// The size in bytes.
    public let byteCount: Int

    /// Whether it is a file with bytes at positions: no folder, pipe, or device.
    public let isRegular: Bool

    /// Whether it is a folder.
    public let isFolder: Bool

    /// When it was last written to, or said to be, in nanoseconds since 1970.
    public let modificationTime: Int64

    /// Whether it belongs to the user of this process.
    public let isOwn: Bool

    /// Whether its permissions give other users anything, the group included.
    public let isOpenToOthers: Bool

    /// Asks for an open file.
    ///
    /// - Throws: ``SystemError`` when the descriptor is none.
    public init(descriptor: Int32) throws(SystemError) {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw SystemError(errno: errno, call: "fstat") }
        self.init(status)
    }

    /// Asks for what is at a path, without following a link in its last component.
    ///
    /// - Throws: ``SystemError``, such as ENOENT.
    public init(path: String) throws(SystemError) {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { throw SystemError(errno: errno, call: "lstat") }
        self.init(status)
    }

    private init(_ status: stat) {
        self.device = UInt64(status.st_dev)
        self.inode = UInt64(status.st_ino)
        self.byteCount = Int(status.st_size)
        self.isRegular = status.st_mode & S_IFMT == S_IFREG
        self.isFolder = status.st_mode & S_IFMT == S_IFDIR
        self.modificationTime = Int64(status.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(status.st_mtim.tv_nsec)
        self.isOwn = status.st_uid == geteuid()
        self.isOpenToOthers = status.st_mode & (S_IRWXG | S_IRWXO) != 0
    }
}

extension FileStatus {
    /// Whether this process may run the file at a path, access(2), links followed.
    public static func isExecutable(_ path: String) -> Bool { unsafe access(path, X_OK) == 0 }
}
