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
        for memory in Self.memories(named: name, of: process) {
            let file = try OpenFile(memory, of: process)
            guard file.isSealed else { continue }
            self = file
            return
        }
        throw SystemError(errno: ENOENT, call: "open")
    }

    /// Memory that another process of this user has open.
    public struct Memory: Sendable {
        fileprivate let descriptor: String

        /// What the kernel shows of memory without a path.
        fileprivate let target: String
    }

    /// All memory of a name that another process of this user has open; none where that cannot be seen.
    public static func memories(named name: String, of process: Int32) -> [Memory] {
        let target = "/memfd:\(name) (deleted)"
        return Folder.names(in: "/proc/\(process)/fd")
            .filter { Folder.target(ofLink: "/proc/\(process)/fd/\($0)") == target }
            .map { Memory(descriptor: $0, target: target) }
    }

    /// Opens memory of another process, for reading.
    ///
    /// - Throws: ``SystemError``; ENOENT where it is there no more.
    public init(_ memory: Memory, of process: Int32) throws(SystemError) {
        let file = try OpenFile("/proc/\(process)/fd/\(memory.descriptor)", .reading)
        // Another file may have got the number meanwhile.
        guard Folder.target(ofLink: "/proc/self/fd/\(file.descriptor)") == memory.target else {
            throw SystemError(errno: ENOENT, call: "open")
        }
        self = file
    }

    /// Whether neither its size nor its bytes can change any more.
    public var isSealed: Bool { joblib_is_sealed(self.descriptor) != 0 }
}
