// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX
internal import Glibc

/// A second process that runs this very program.
public enum ProgramCopy {
    /// How such a process ended.
    public struct Ending: Sendable {
        /// The exit status; `nil` when a signal ended it.
        public let exitCode: Int32?

        /// The signal; `nil` when it exited.
        public let signal: Int32?

        /// Whether it was ended because it took too long.
        public let wasLate: Bool

        /// What it wrote, to whichever stream, at most 64 KiB of it.
        public let output: String
    }

    private static let maximumOutput = 65_536

    /// Runs this program once more and waits until it has ended.
    ///
    /// The process has a group of its own, which is killed as a whole in the end, so that nothing outlives the call.
    ///
    /// - Parameters:
    ///   - variable: The name of a variable to add to its environment.
    ///   - value: The variable's value.
    ///   - deadline: Nanoseconds of ``MonotonicClock`` at which it is killed.
    /// - Returns: How it ended.
    /// - Throws: ``SystemError`` when it could not be started.
    public static func run(variable: String, value: String, until deadline: UInt64) throws(SystemError) -> Ending {
        var pipes: (read: Int32, write: Int32) = (-1, -1)
        let refusal = unsafe joblib_pipe(&pipes.read, &pipes.write)
        guard refusal == 0 else { throw SystemError(errno: refusal, call: "pipe2") }
        defer { close(pipes.read) }

        let pid: pid_t
        do {
            defer { close(pipes.write) }
            pid = try Spawn.start([variable: value], output: pipes.write, error: pipes.write)
        }

        // From here on the process has to be reaped, whatever happens.
        let ended = joblib_pidfd_open(pid)
        defer { if ended >= 0 { close(ended) } }
        var output: [UInt8] = []
        let wasLate = !Self.wait(for: ended, reading: pipes.read, into: &output, until: deadline)
        kill(-pid, SIGKILL)
        var status: Int32 = 0
        while unsafe waitpid(pid, &status, 0) < 0, errno == EINTR {}

        let signal = status & 0x7f
        return Ending(
            exitCode: signal == 0 ? (status >> 8) & 0xff : nil,
            signal: signal == 0 ? nil : signal,
            wasLate: wasLate,
            output: String(decoding: output, as: UTF8.self)
        )
    }

    // The end of the process counts and not that of its output, which something that it started may hold open.
    private static func wait(
        for ended: Int32,
        reading output: Int32,
        into bytes: inout [UInt8],
        until deadline: UInt64
    ) -> Bool {
        var isOpen = true
        while true {
            let now = MonotonicClock.now
            guard now < deadline else { return false }
            var events = [
                pollfd(fd: ended, events: Int16(POLLIN), revents: 0),
                pollfd(fd: isOpen ? output : -1, events: Int16(POLLIN), revents: 0),
            ]
            let milliseconds = Int32(clamping: (deadline - now) / 1_000_000 + 1)
            guard unsafe poll(&events, 2, milliseconds) >= 0 || errno == EINTR else { return false }
            if events[1].revents != 0 { isOpen = self.read(output, into: &bytes) }
            if events[0].revents != 0 {
                while isOpen, self.isReadable(output) { isOpen = self.read(output, into: &bytes) }
                return true
            }
        }
    }

    private static func isReadable(_ descriptor: Int32) -> Bool {
        var event = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&event, 1, 0) > 0 && event.revents & Int16(POLLIN) != 0
    }

    /// Reads once; `false` at the end.
    private static func read(_ descriptor: Int32, into bytes: inout [UInt8]) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = unsafe buffer.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
        if count > 0 { bytes += buffer.prefix(min(count, max(0, Self.maximumOutput - bytes.count))) }
        return count > 0 || (count < 0 && errno == EINTR)
    }
}
