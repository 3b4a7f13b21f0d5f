// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX
internal import Glibc

/// How a child has ended.
public struct ChildEnding: Sendable {
    /// The signal that ended it; `nil` when it exited.
    public let signal: Int32?

    /// The status with which it exited; `nil` when a signal ended it.
    public let exitCode: Int32?

    /// Whether the closure has returned, so that the child left as it should.
    public let isDone: Bool

    /// The address whose use ended it, for faults of memory.
    public let faultAddress: UInt

    /// The stack of its thread where it died, or where it was asked for it, innermost first.
    public let stack: [UInt]

    /// The last 4 KiB of what it wrote to its standard error.
    public let errorTail: String

    /// Whether the kernel has killed it for want of memory.
    public var ranOutOfMemory: Bool { self.shortage != nil }

    /// What is known of the want of memory that the kernel has killed it for; `nil` if it did not.
    public let shortage: MemoryShortage?

    init(status: Int32?, _ record: joblib_child_record, errorTail: String, killsAtStart: Int) {
        // The handler's word first: walking the stack may have ended in another fault.
        let caught = record.signal != 0 ? record.signal : nil
        let killer = status.flatMap { $0 & 0x7f == 0 ? nil : $0 & 0x7f }
        self.isDone = record.is_done != 0
        self.signal = killer.map { caught ?? $0 } ?? (status == nil ? caught : nil)
        let code = status.map { ($0 >> 8) & 0xff } ?? (record.has_exited != 0 ? record.exit_status & 0xff : 0)
        self.exitCode = self.signal == nil ? code : nil
        self.faultAddress = UInt(record.fault_address)
        self.stack = Self.stack(record)
        self.errorTail = errorTail
        self.shortage = self.signal == SIGKILL ? OutOfMemoryKills.claim(countAtStart: killsAtStart) : nil
    }
}

extension ChildEnding {
    /// The addresses that a child has left, as they are in this process; 0 for one that is not in its memory at the same place.
    static func stack(_ record: joblib_child_record) -> [UInt] {
        let count = min(max(0, Int(record.frame_count)), Int(JOBLIB_CHILD_FRAMES))
        let addresses = unsafe withUnsafeBytes(of: record.frames) { frames in
            unsafe Array(frames.bindMemory(to: UInt.self).prefix(count))
        }
        // A child that was forked has everything where its parent has it.
        let code = joblib_program_code()
        guard record.program_start != code.start else { return addresses }
        return addresses.map { address in
            let (offset, isBelow) = address.subtractingReportingOverflow(record.program_start)
            return isBelow || offset >= code.end - code.start ? 0 : code.start + offset
        }
    }
}
