// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX
internal import Glibc

extension OpenFile {
    /// Opens memory of another process of this user that is final: ``MemoryArena/seal()``.
    ///
    /// - Parameters:
    ///   - name: Its name, which no other memory of that process has.
    ///   - process: The id of the process.
    /// - Throws: ``SystemError``; ENOENT where it has no such memory, or not as a whole yet.
    public init(sealedMemoryNamed name: String, of process: Int32) throws(SystemError) {
        // What the kernel shows of memory without a path.
        let target = "/memfd:\(name) (deleted)"
        for number in Folder.names(in: "/proc/\(process)/fd") {
            let path = "/proc/\(process)/fd/\(number)"
            guard Folder.target(ofLink: path) == target else { continue }
            let file = try OpenFile(path, .reading)
            // Another file may have got the number meanwhile.
            guard Folder.target(ofLink: "/proc/self/fd/\(file.descriptor)") == target, file.isSealed else { continue }
            self = file
            return
        }
        throw SystemError(errno: ENOENT, call: "open")
    }

    /// Whether neither its size nor its bytes can change any more.
    public var isSealed: Bool { joblib_is_sealed(self.descriptor) != 0 }
}
