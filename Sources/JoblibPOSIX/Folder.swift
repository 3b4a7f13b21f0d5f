// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import Glibc

/// Directories of the file system.
public enum Folder {
    /// The names in a folder but for `.` and `..`; none where it cannot be read.
    public static func names(in path: String) -> [String] {
        guard let stream = unsafe opendir(path) else { return [] }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                unsafe tuple.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// What a symbolic link says, readlink(2); `nil` where there is none.
    static func target(ofLink path: String) -> String? {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = unsafe buffer.withUnsafeMutableBytes { bytes in
            unsafe readlink(path, bytes.baseAddress!.assumingMemoryBound(to: CChar.self), bytes.count)
        }
        return count < 0 ? nil : String(decoding: buffer.prefix(count), as: UTF8.self)
    }

    /// Makes a folder that this user alone may enter, mkdir(2) with mode 0700.
    ///
    /// - Throws: ``SystemError``; EEXIST where there is anything of the name.
    public static func make(_ path: String) throws(SystemError) {
        guard unsafe mkdir(path, 0o700) == 0 else { throw SystemError(errno: errno, call: "mkdir") }
    }

    /// Removes an empty folder; nothing happens where that is not possible.
    public static func remove(_ path: String) {
        unsafe rmdir(path)
    }

    /// The bytes that a user without privileges may still write to the file system of a path, statvfs(3).
    ///
    /// - Throws: ``SystemError``, such as ENOENT.
    public static func freeByteCount(at path: String) throws(SystemError) -> Int {
        var status = statvfs()
        guard unsafe statvfs(path, &status) == 0 else { throw SystemError(errno: errno, call: "statvfs") }
        let (bytes, overflows) = UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
        return overflows ? .max : Int(clamping: bytes)
    }

    /// The working directory with a slash behind it; empty where it is gone.
    public static var current: String {
        guard let path = unsafe getcwd(nil, 0) else { return "" }
        defer { unsafe free(path) }
        return unsafe String(cString: path) + "/"
    }
}
