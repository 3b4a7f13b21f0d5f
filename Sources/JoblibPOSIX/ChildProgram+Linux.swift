// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX
internal import Glibc

/// Another program that this process has started and looks after: what it has to say of itself is read here, and it does not outlive the
/// thread that has started it.
///
/// It has a process group of its own and nothing to read. For one thread.
public final class ChildProgram {
    /// What happens next.
    public enum Event: Sendable {
        /// It has written to its standard error, or to what else is read of it.
        case error([UInt8])

        /// It has ended: with a status, or by a signal.
        case ended(exitCode: Int32?, signal: Int32?)

        /// This process was asked to end, by SIGTERM or SIGINT.
        case termination

        /// The time has come that was asked for.
        case late

        /// Another thread has something to say.
        case woken
    }

    /// By what other threads wake the one that waits; eventfd(2).
    public final class Wakes: Sendable {
        fileprivate let descriptor: Int32

        /// Opens it.
        ///
        /// - Throws: ``SystemError`` when there is no descriptor left.
        public init() throws(SystemError) {
            self.descriptor = joblib_wake_descriptor()
            guard self.descriptor >= 0 else { throw SystemError(errno: errno, call: "eventfd") }
        }

        deinit { close(self.descriptor) }

        /// Wakes it, or has it not wait the next time.
        public func wake() { joblib_wake(self.descriptor) }
    }

    /// Its id, and that of its group.
    public let pid: Int32

    private let end: Int32
    private let error: Int32
    private var isErrorOpen = true
    private var isReaped = false

    /// Starts it.
    ///
    /// - Parameters:
    ///   - path: Its file.
    ///   - arguments: Behind its name.
    ///   - environment: Its variables, all of them.
    ///   - readsOutput: Whether its standard output is read here, too, and is not that of this process.
    /// - Throws: ``SystemError``, such as EACCES, or ENOEXEC for what is no program.
    public init(
        _ path: String,
        _ arguments: [String],
        environment: [String: String],
        readsOutput: Bool = false
    ) throws(SystemError) {
        var ends: (read: Int32, write: Int32) = (-1, -1)
        let refusal = unsafe joblib_pipe(&ends.read, &ends.write)
        guard refusal == 0 else { throw SystemError(errno: refusal, call: "pipe2") }
        defer { close(ends.write) }
        let words = unsafe ([path] + arguments).map { unsafe strdup($0) }
        let assignments = unsafe environment.sorted { $0.key < $1.key }.map { unsafe strdup("\($0.key)=\($0.value)") }
        defer {
            for index in unsafe words.indices { unsafe free(words[index]) }
            for index in unsafe assignments.indices { unsafe free(assignments[index]) }
        }
        var pid: Int32 = -1
        let output = readsOutput ? ends.write : STDOUT_FILENO
        var failure = unsafe joblib_start_program(path, words + [nil], assignments + [nil], output, ends.write, &pid)
        let end = failure == 0 ? joblib_pidfd_open(pid) : -1
        if failure == 0, end < 0 { failure = errno }
        guard failure == 0 else {
            close(ends.read)
            if pid > 0 {
                Glibc.kill(pid, SIGKILL)
                Self.reap(pid)
            }
            throw SystemError(errno: failure, call: "execve")
        }
        self.pid = pid
        self.end = end
        self.error = ends.read
    }

    deinit {
        self.kill()
        if !self.isReaped { Self.reap(self.pid) }
        close(self.end)
        close(self.error)
    }

    @discardableResult
    private static func reap(_ pid: Int32) -> Int32 {
        var status: Int32 = 0
        while unsafe waitpid(pid, &status, 0) < 0, errno == EINTR {}
        return status
    }

    /// Asks it to end, by SIGTERM.
    public func terminate() { if !self.isReaped { Glibc.kill(self.pid, SIGTERM) } }

    /// Ends it and all that it has started, at once.
    public func kill() { if !self.isReaped { Glibc.kill(-self.pid, SIGKILL) } }

    /// Waits for what happens next to a program, or to this process, which has ``TerminationSignals`` blocked.
    ///
    /// - Parameters:
    ///   - program: The program; `nil`: there is none.
    ///   - signals: Where this process is asked to end.
    ///   - wakes: By what other threads wake this one; `nil`: none does.
    ///   - deadline: Until when, in nanoseconds of ``MonotonicClock``; `nil`: for ever.
    /// - Returns: What has happened.
    public static func wait(
        _ program: ChildProgram?,
        _ signals: borrowing TerminationSignals.Inbox,
        _ wakes: Wakes? = nil,
        until deadline: UInt64? = nil
    ) -> Event {
        self.next(program, signals.descriptor, wakes?.descriptor ?? -1, until: deadline)
    }

    /// Runs a program to its end.
    ///
    /// - Parameters:
    ///   - path: Its file.
    ///   - arguments: Behind its name.
    ///   - environment: Its variables, all of them.
    ///   - deadline: When it is ended, in nanoseconds of ``MonotonicClock``.
    /// - Returns: Its exit status, `nil` when a signal has ended it, and what it has written, 64 KiB at most.
    /// - Throws: ``SystemError`` when it could not be started.
    public static func run(
        _ path: String,
        _ arguments: [String],
        environment: [String: String],
        until deadline: UInt64
    ) throws(SystemError) -> (exitCode: Int32?, output: String) {
        let program = try ChildProgram(path, arguments, environment: environment, readsOutput: true)
        var output: [UInt8] = []
        while true {
            switch self.next(program, -1, -1, until: deadline) {
            case .error(let bytes): output += bytes.prefix(65_536 - min(output.count, 65_536))
            case .ended(let exitCode, _): return (exitCode, String(decoding: output, as: UTF8.self))
            case .late, .termination, .woken: return (nil, String(decoding: output, as: UTF8.self))
            }
        }
    }

    private static func next(
        _ program: ChildProgram?,
        _ signals: Int32,
        _ wakes: Int32,
        until deadline: UInt64?
    ) -> Event {
        while true {
            let now = MonotonicClock.now
            if let deadline, now >= deadline { return .late }
            let error = program.flatMap { $0.isErrorOpen ? $0.error : nil } ?? -1
            var events = [signals, error, program?.end ?? -1, wakes]
                .map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            let milliseconds = deadline.map { Int32(clamping: ($0 - now) / 1_000_000 + 1) } ?? -1
            guard unsafe poll(&events, nfds_t(events.count), milliseconds) > 0 else { continue }
            if events[0].revents != 0, joblib_take_termination(signals) != 0 { return .termination }
            if events[3].revents != 0 {
                joblib_wake_clear(wakes)
                return .woken
            }
            if let program, events[1].revents != 0 {
                let bytes = program.read()
                if !bytes.isEmpty { return .error(bytes) }
                program.isErrorOpen = false
            }
            // All that it has written was read before; what it has started may hold the pipe open.
            if let program, events[1].revents == 0, events[2].revents != 0 { return program.takeLeave() }
        }
    }

    private func read() -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 16_384)
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe Glibc.read(self.error, $0.baseAddress, $0.count) }
        return Array(bytes.prefix(max(0, count)))
    }

    private func takeLeave() -> Event {
        // A group is there as long as its leader is not reaped.
        self.kill()
        let status = Self.reap(self.pid)
        self.isReaped = true
        let signal = status & 0x7f
        return .ended(exitCode: signal == 0 ? (status >> 8) & 0xff : nil, signal: signal == 0 ? nil : signal)
    }
}
