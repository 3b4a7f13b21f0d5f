// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX

/// What tells the memory of one file from that of any other that is there at the same time.
struct SegmentIdentity: Sendable, Hashable, Codable {
    let device: UInt64
    let inode: UInt64

    /// The size that is mapped.
    let byteCount: Int

    /// The number of a `MappedFile.Sharing`.
    private var sharingNumber: UInt8

    init(_ status: FileStatus, byteCount: Int, _ sharing: MappedFile.Sharing) {
        self.device = status.device
        self.inode = status.inode
        self.byteCount = byteCount
        self.sharingNumber = sharing.rawValue
    }

    /// The same memory for a process that keeps to itself what it writes.
    var privately: SegmentIdentity {
        var identity = self
        identity.sharingNumber = MappedFile.Sharing.privately.rawValue
        return identity
    }

    /// `nil` for numbers that somebody else has made up.
    var sharing: MappedFile.Sharing? { MappedFile.Sharing(rawValue: self.sharingNumber) }

    /// Whether this is the file, and large enough.
    func matches(_ status: FileStatus) -> Bool {
        status.isRegular && status.device == self.device && status.inode == self.inode
            && status.byteCount >= self.byteCount
    }
}

/// The process whose descriptor leads to the memory, and which one that is.
struct SegmentOwner: Sendable, Hashable, Codable {
    let pid: Int
    let startTime: UInt64
    let descriptor: Int32

    /// This process.
    init(descriptor: Int32) {
        (self.pid, self.startTime) = OwnProcess.current
        self.descriptor = descriptor
    }

    /// Whether it is this process.
    var isHere: Bool { (self.pid, self.startTime) == OwnProcess.current }

    /// Whether the process is still there.
    var isAlive: Bool { ProcessIdentity.startTime(of: self.pid) == self.startTime }

    /// Where any process of this user gets at the file.
    var path: String { "/proc/\(self.pid)/fd/\(self.descriptor)" }
}

/// Who this process is, asked once in each.
final class OwnProcess: Sendable {
    private static let perProcess = PerProcess { OwnProcess() }

    private let pid = ProcessIdentity.pid
    private let startTime = ProcessIdentity.startTime(of: ProcessIdentity.pid) ?? 0

    static var current: (pid: Int, startTime: UInt64) {
        let process = self.perProcess.object
        return (process.pid, process.startTime)
    }
}
