// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX
internal import Glibc
internal import Synchronization

/// A program that somebody else has written, started without a shell, with a process group of its own; a thread waits for its end.
public final class CommandProcess: Sendable {
    /// How one has ended.
    public struct Ending: Sendable {
        /// Its exit status; `nil` when a signal ended it.
        public let exitCode: Int32?

        /// The signal; `nil` when it exited.
        public let signal: Int32?

        /// The first 64 KiB that it wrote to its standard output.
        public let output: String

        /// The last 4 KiB that it wrote to its standard error.
        public let errorTail: String
    }

    private static let largestOutput = 65_536
    private static let largestErrorTail = 4096

    private struct State {
        var input: Int32
        var isReaped = false
        var output: [UInt8] = []
        var errorTail: [UInt8] = []
    }

    /// Its id, and that of its group.
    public let pid: Int32

    private let pidfd: Int32
    private let streams: [Int32]
    private let state: Mutex<State>

    /// Moves once it has ended.
    private let end = WaitWord()

    private init(pid: Int32, pidfd: Int32, streams: [Int32], input: Int32) {
        self.pid = pid
        self.pidfd = pidfd
        self.streams = streams
        self.state = Mutex(State(input: input))
    }

    deinit {
        DescriptorTable.shared.close([self.pidfd] + self.streams)
    }

    /// Starts one.
    ///
    /// - Parameters:
    ///   - command: The program, which is looked for in `PATH` where its name has no slash, and its arguments; empty: this very program.
    ///   - environment: Variables that are added to those of this process, or replace them.
    ///   - input: What it finds on its standard input, at most 64 KiB.
    ///   - keepsInput: Whether there may come more, by ``write(_:)``; otherwise the input ends there.
    ///   - willReap: Called when it has ended, while nobody else can have its id yet.
    ///   - didEnd: Called on a thread of its own once it has ended.
    /// - Returns: The process.
    /// - Throws: ``SystemError``, such as ENOENT when there is no such program.
    public static func start(
        _ command: [String],
        environment: [String: String] = [:],
        input: [UInt8] = [],
        keepsInput: Bool = false,
        willReap: @escaping @Sendable (CommandProcess) -> Void = { _ in },
        didEnd: @escaping @Sendable (Ending) -> Void
    ) throws(SystemError) -> CommandProcess {
        precondition(input.count <= self.largestOutput, "more than a pipe holds")
        let table = DescriptorTable.shared
        var descriptors = DescriptorSet(table)
        do throws(SystemError) {
            let (childInput, ownInput) = try descriptors.pipe(isLarge: input.count > 4096)
            // Ours are read without waiting, and a program expects that its own is not.
            _ = fcntl(childInput, F_SETFL, 0)
            let (output, childOutput) = try descriptors.pipe()
            let (error, childError) = try descriptors.pipe()
            try self.write(input, to: ownInput)
            let pid = try Spawn.start(
                command: command,
                environment,
                input: childInput,
                output: childOutput,
                error: childError
            )
            table.close([childInput, childOutput, childError] + (keepsInput ? [] : [ownInput]))
            let pidfd = joblib_pidfd_open(pid)
            let failure = pidfd < 0 ? errno : 0
            if pidfd >= 0 { table.add(pidfd) }
            let process = CommandProcess(
                pid: pid,
                pidfd: pidfd,
                streams: [output, error],
                input: keepsInput ? ownInput : -1
            )
            guard failure == 0 else {
                process.closeInput()
                process.kill()
                _ = process.reap()
                throw SystemError(errno: failure, call: "pidfd_open")
            }
            do {
                try PlatformThread.start(name: "joblib-command") { process.follow(willReap, didEnd) }
            } catch {
                process.closeInput()
                process.kill()
                _ = process.reap()
                throw error
            }
            return process
        } catch {
            // What the process has, its end closes.
            if error.call != "pidfd_open", error.call != "pthread_create" { table.close(descriptors.all) }
            throw error
        }
    }

    // MARK: - From any thread

    /// Ends it and all that it has started, at once.
    public func kill() { self.kill(SIGKILL) }

    private func kill(_ signal: Int32) {
        // Under the lock: the number may be another process's once it is reaped.
        self.state.withLock { if !$0.isReaped { Glibc.kill(-self.pid, signal) } }
    }

    /// Asks it to end, SIGTERM, and ends it where it does not.
    ///
    /// - Parameter patience: How long it may take, in nanoseconds.
    public func terminate(patience: UInt64) {
        self.kill(SIGTERM)
        let deadline = MonotonicClock.now + patience
        PlatformThread.startOrRun(name: "joblib-command") {
            if !self.waitForEnd(until: deadline) { self.kill() }
        }
    }

    /// Waits until it has ended; its end need not have been told of by then.
    ///
    /// - Parameter deadline: Nanoseconds of ``MonotonicClock``.
    /// - Returns: Whether it has.
    public func waitForEnd(until deadline: UInt64) -> Bool { self.end.wait(while: 0, until: deadline) }

    /// Writes to its standard input; nothing happens where that is closed.
    public func write(_ bytes: [UInt8]) {
        self.state.withLock { state in
            guard state.input >= 0 else { return }
            do {
                try Self.write(bytes, to: state.input)
            } catch {
                DescriptorTable.shared.close([state.input])
                state.input = -1
            }
        }
    }

    /// Ends its standard input.
    public func closeInput() {
        self.state.withLock { state in
            DescriptorTable.shared.close([state.input])
            state.input = -1
        }
    }

    /// The last that it has written to its standard error so far.
    public var errorTail: String { self.state.withLock { String(decoding: $0.errorTail, as: UTF8.self) } }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) throws(SystemError) {
        let wasBlocked = joblib_block_broken_pipes()
        defer { joblib_restore_broken_pipes(wasBlocked) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 || errno == EINTR else { throw SystemError(errno: errno, call: "write") }
            rest = rest.dropFirst(max(0, count))
        }
    }

    // MARK: - On its thread

    private func follow(_ willReap: (CommandProcess) -> Void, _ didEnd: (Ending) -> Void) {
        var isOpen = [true, true]
        while true {
            var events = [pollfd(fd: self.pidfd, events: Int16(POLLIN), revents: 0)]
            for stream in 0..<2 {
                events.append(pollfd(fd: isOpen[stream] ? self.streams[stream] : -1, events: Int16(POLLIN), revents: 0))
            }
            guard unsafe poll(&events, 3, -1) > 0 else { continue }
            for stream in 0..<2 where events[1 + stream].revents != 0 { isOpen[stream] = self.read(stream) }
            // The end of the process, and not of its output, which something that it has started may hold open.
            if events[0].revents != 0 { break }
        }
        for stream in 0..<2 where isOpen[stream] { _ = self.read(stream) }
        willReap(self)
        let status = self.reap()
        self.closeInput()
        self.end.advance()
        let signal = status & 0x7f
        let (output, errorTail) = self.state.withLock { ($0.output, $0.errorTail) }
        didEnd(
            Ending(
                exitCode: signal == 0 ? (status >> 8) & 0xff : nil,
                signal: signal == 0 ? nil : signal,
                output: String(decoding: output, as: UTF8.self),
                errorTail: String(decoding: errorTail, as: UTF8.self)
            )
        )
    }

    /// Reads what there is of a stream; `false` at its end.
    private func read(_ stream: Int) -> Bool {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        // Not without end, whatever it writes: the end of the process is to be seen.
        for _ in 0..<16 {
            let count = unsafe bytes.withUnsafeMutableBytes {
                unsafe Glibc.read(self.streams[stream], $0.baseAddress, $0.count)
            }
            guard count > 0 else { return count < 0 && (errno == EAGAIN || errno == EINTR) }
            self.state.withLock { state in
                if stream == 0 {
                    state.output += bytes.prefix(min(count, Self.largestOutput - state.output.count))
                } else {
                    state.errorTail += bytes.prefix(count)
                    state.errorTail.removeFirst(max(0, state.errorTail.count - Self.largestErrorTail))
                }
            }
        }
        return true
    }

    /// Ends what it has left behind, and takes leave of it.
    private func reap() -> Int32 {
        var status: Int32 = 0
        self.state.withLock { state in
            // A group is there as long as its leader is not reaped.
            Glibc.kill(-self.pid, SIGKILL)
            while unsafe waitpid(self.pid, &status, 0) < 0, errno == EINTR {}
            state.isReaped = true
        }
        return status
    }
}
