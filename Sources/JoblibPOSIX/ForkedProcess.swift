// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX
internal import Glibc
internal import Synchronization

// SAFETY: the plain properties are touched by the one thread that waits for the child; the rest are constants.
/// A copy of this process, made by fork(2), that runs one closure and is gone.
///
/// It dies with the thread that has started it, which therefore waits for its end, and which is in a ``ForkTurn``. Everything else in the child is what
/// fork(2) leaves: one thread, the parent's memory as it was, and locks that other threads held for ever locked.
public final class ForkedProcess: @unchecked Sendable {
    /// What the parent learns of a child.
    public enum Event: Sendable {
        /// The child has sent something.
        case message([UInt8])

        /// The child has written whole lines to its standard output or error.
        case lines([UInt8], isError: Bool)

        /// Somebody has called ``ForkedProcess/wake()``.
        case woken

        /// The time given has passed.
        case late

        /// The child is gone, and all that it had sent has been told.
        case ended(ChildEnding)
    }

    /// The child's id.
    public let pid: Int32

    let record: SharedRegion
    private let messages: Int32
    private let outputs: [Int32]
    private let ended: Int32
    private let wakes: Int32

    /// How many processes had been killed for want of memory when it was started.
    private let killsAtStart: Int

    var reader = MessageReader()
    private var output: ChildOutput
    private var isReaped = false

    private init(
        pid: Int32,
        record: SharedRegion,
        messages: Int32,
        outputs: [Int32],
        ended: Int32,
        wakes: Int32,
        killsAtStart: Int
    ) {
        self.pid = pid
        self.record = record
        self.messages = messages
        self.outputs = outputs
        self.ended = ended
        self.wakes = wakes
        self.killsAtStart = killsAtStart
        self.output = unsafe ChildOutput(record.start.assumingMemoryBound(to: joblib_child_record.self), outputs)
    }

    /// Forks a child that runs a closure.
    ///
    /// - Parameter body: What the child does, on a thread of its own; it gets what sends messages to the parent.
    /// - Returns: The child, for which the calling thread must wait until it has ended.
    /// - Throws: ``SystemError`` when the system has no process, descriptor or memory left to give.
    public static func start(
        _ body: @escaping @Sendable (MessageSender) -> Void
    ) throws(SystemError) -> ForkedProcess {
        // One after the other: two that each had half of the last descriptors would both fail. Not busy while it waits, since the one
        // that forks waits for those that are.
        ForkTurn.leave()
        return try self.starts.object.turn.withLock { _ throws(SystemError) in
            ForkTurn.enter()
            return try self.startInTurn(body)
        }
    }

    private final class Starts: Sendable {
        let turn = Mutex(())
    }

    // A child is made while its parent's is locked.
    private static let starts = PerProcess { Starts() }

    private static func startInTurn(
        _ body: @escaping @Sendable (MessageSender) -> Void
    ) throws(SystemError) -> ForkedProcess {
        let record = try SharedRegion(byteCount: MemoryLayout<joblib_child_record>.size)
        unsafe ChildOutput.prepare(record.start.assumingMemoryBound(to: joblib_child_record.self))
        let table = DescriptorTable.shared
        var descriptors = DescriptorSet(table)
        do {
            let (messages, sender) = try descriptors.pipe(isLarge: true)
            let (output, childOutput) = try descriptors.pipe()
            let (error, childError) = try descriptors.pipe()
            let wakes = try descriptors.add(joblib_wake_descriptor(), "eventfd")
            let pid = try self.fork(record, table, sender: sender, output: childOutput, error: childError) {
                body(MessageSender(descriptor: sender))
            }
            table.close([sender, childOutput, childError])
            // After: the child is at work meanwhile, if only for microseconds.
            let killsAtStart = OutOfMemoryKills.observe()
            // Where there is no descriptor left for it the child is looked at now and then instead.
            let ended = joblib_pidfd_open(pid)
            if ended >= 0 { table.add(ended) }
            return ForkedProcess(
                pid: pid,
                record: record,
                messages: messages,
                outputs: [output, error],
                ended: ended,
                wakes: wakes,
                killsAtStart: killsAtStart
            )
        } catch {
            table.close(descriptors.all)
            throw error
        }
    }

    private static func fork(
        _ record: SharedRegion,
        _ table: DescriptorTable,
        sender: Int32,
        output: Int32,
        error: Int32,
        _ body: @escaping @Sendable () -> Void
    ) throws(SystemError) -> Int32 {
        // What is in its buffer the child would have as well.
        joblib_flush_output()
        let body = unsafe Unmanaged.passRetained(ForkedBody(body))
        let result = ForkTurn.exclusively {
            unsafe table.whileUnchanged(without: [sender, output, error]) { closed in
                var files = unsafe joblib_child_files(
                    output: output,
                    error: error,
                    closed: closed.baseAddress,
                    closed_count: closed.count
                )
                return unsafe joblib_fork_child(
                    record.start.assumingMemoryBound(to: joblib_child_record.self),
                    &files,
                    { unsafe Unmanaged<ForkedBody>.fromOpaque($0!).takeUnretainedValue().run() },
                    body.toOpaque()
                )
            }
        }
        unsafe body.release()
        guard result > 0 else { throw SystemError(errno: -result, call: "fork") }
        return result
    }

    deinit {
        // Whoever has not waited for its end does not get to know it.
        if !self.isReaped {
            self.kill()
            self.reap()
        }
        DescriptorTable.shared.close([self.messages, self.wakes, self.ended] + self.outputs)
    }

    // MARK: - From any thread

    /// Has ``next(until:)`` return.
    public func wake() {
        joblib_wake(self.wakes)
    }

    // MARK: - By the thread that waits

    /// Ends the child at once, whatever it does.
    public func kill() {
        if !self.isReaped { Glibc.kill(self.pid, SIGKILL) }
    }

    /// Waits for what the child sends, writes, or for its end, which is told last.
    ///
    /// - Parameter deadline: Nanoseconds of ``MonotonicClock``.
    /// - Returns: What was heard; ``Event/late`` once the deadline has passed.
    public func next(until deadline: UInt64) -> Event {
        while true {
            if let message = self.reader.next() { return .message(message) }
            for stream in 0..<2 {
                if let lines = self.output.takeLines(stream) { return .lines(lines, isError: stream == 1) }
            }
            if self.isReaped { return .ended(self.ending) }
            if let event = self.poll(until: deadline) { return event }
        }
    }

    private var status: Int32?

    private func poll(until deadline: UInt64) -> Event? {
        var events = ([self.messages, self.wakes, self.ended] + self.outputs)
            .map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        let now = MonotonicClock.now
        guard now < deadline else { return .late }
        var milliseconds = Int32(clamping: (deadline - now) / 1_000_000 + 1)
        if self.ended < 0 { milliseconds = min(milliseconds, 20) }
        ForkTurn.leave()
        _ = unsafe Glibc.poll(&events, nfds_t(events.count), milliseconds)
        ForkTurn.enter()
        if events[0].revents != 0 { self.readMessages() }
        for index in 0..<2 where events[3 + index].revents != 0 { self.output.read(index) }
        if events[2].revents != 0 || (self.ended < 0 && self.hasEnded) {
            // All that it has left behind, but not what a grandchild may add, who may keep the pipes open for ever.
            while self.readMessages() {}
            for index in 0..<2 { self.output.read(index) }
            for index in 0..<2 { self.output.end(index) }
            self.reap()
            return nil
        }
        if events[1].revents != 0 {
            joblib_wake_clear(self.wakes)
            return .woken
        }
        return nil
    }

    /// Reads until there is a message; whether there was something.
    @discardableResult
    private func readMessages() -> Bool {
        while true {
            let count = unsafe self.reader.fill { unsafe Glibc.read(self.messages, $0.baseAddress, $0.count) }
            if count <= 0 { return false }
            if self.reader.isBroken {
                // A task has written into it. What its worker has done it cannot be asked any more.
                self.reader = MessageReader()
                self.kill()
            }
            // Told piece by piece, so that a child that sends much is not kept in memory twice.
            if self.reader.hasMessage { return true }
        }
    }

    private var hasEnded: Bool {
        var information = unsafe siginfo_t()
        let result = unsafe waitid(P_PID, id_t(self.pid), &information, WEXITED | WNOHANG | WNOWAIT)
        return unsafe result != 0 || information._sifields._sigchld.si_pid == self.pid
    }

    private func reap() {
        var status: Int32 = 0
        var result: Int32
        repeat { result = unsafe waitpid(self.pid, &status, 0) } while result < 0 && errno == EINTR
        // Nobody else should, but a program may reap all children that it finds.
        self.status = result == self.pid ? status : nil
        self.isReaped = true
    }

    private var ending: ChildEnding {
        let record = unsafe self.record.start.load(as: joblib_child_record.self)
        return ChildEnding(
            status: self.status,
            record,
            errorTail: self.output.errorTail,
            killsAtStart: self.killsAtStart
        )
    }
}

/// What the child runs.
private final class ForkedBody: Sendable {
    private let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) {
        self.body = body
    }

    func run() { self.body() }
}
