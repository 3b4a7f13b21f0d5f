// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX
internal import Glibc
internal import Synchronization

/// Messages both ways over two descriptors, pipes or one socket, to a process that may die or send anything at any time.
///
/// One thread, ``run(largest:_:)``, reads and writes; any thread may send, and never waits. Each message is its size, eight
/// bytes, the least significant first, and its bytes.
public final class MessageChannel: Sendable {
    private struct Outgoing {
        var chunks: [[UInt8]] = []

        /// How much of the first has been written.
        var written = 0
        var isClosed = false

        /// Until when it is written once the channel is closed: the other side may never read.
        var deadline = UInt64.max

        /// Whether the other side reads no more.
        var isDeaf = false

        /// Whether the descriptors are closed.
        var hasHungUp = false
    }

    private static let lastWriting: UInt64 = 5_000_000_000

    private let reading: Int32
    private let writing: Int32
    private let wakes: Int32
    private let outgoing = Mutex(Outgoing())

    /// Moves when nothing waits to be written any more.
    private let drained = WaitWord()

    /// Takes two descriptors over, which may be the same, and closes them in the end.
    ///
    /// - Throws: ``SystemError`` when the system has no descriptor left to give; the two are closed then.
    public init(reading: Int32, writing: Int32) throws(SystemError) {
        self.reading = reading
        self.writing = writing
        self.wakes = joblib_wake_descriptor()
        guard self.wakes >= 0 else { throw SystemError(errno: errno, call: "eventfd") }
        guard fcntl(reading, F_GETFD) >= 0, fcntl(writing, F_GETFD) >= 0 else {
            throw SystemError(errno: errno, call: "fcntl")
        }
        for descriptor in [reading, writing] {
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        }
    }

    deinit {
        self.hangUp()
        Glibc.close(self.wakes)
    }

    /// Waits until all that was sent is written, or a time has passed; not on the thread that runs the channel.
    public func drain(forNanoseconds limit: UInt64) {
        let deadline = MonotonicClock.now + limit
        while true {
            let seen = self.drained.count
            guard self.outgoing.withLock({ !$0.chunks.isEmpty }) else { return }
            if !self.drained.wait(while: seen, until: deadline) { return }
        }
    }

    /// Closes the two descriptors, once, so that the other side learns of it.
    private func hangUp() {
        self.outgoing.withLock { outgoing in
            guard !outgoing.hasHungUp else { return }
            outgoing.hasHungUp = true
            outgoing.chunks = []
            self.drained.advance()
            Glibc.close(self.reading)
            if self.writing != self.reading { Glibc.close(self.writing) }
        }
    }

    /// Sends a message, if the other side is still there: at once as far as that does not wait, the rest later.
    public func send(_ message: [UInt8]) {
        var header: [UInt8] = []
        for shift in stride(from: 0, to: 64, by: 8) { header.append(UInt8(truncatingIfNeeded: message.count >> shift)) }
        let wasBlocked = joblib_block_broken_pipes()
        let isLeft = self.outgoing.withLock { outgoing in
            guard !outgoing.isClosed, !outgoing.hasHungUp, !outgoing.isDeaf else { return false }
            let wasIdle = outgoing.chunks.isEmpty
            outgoing.chunks.append(header + message)
            // Here, since whoever sends may end its process next, and what is behind a lock goes with it.
            return wasIdle && (!self.write(&outgoing) || !outgoing.chunks.isEmpty)
        }
        joblib_restore_broken_pipes(wasBlocked)
        if isLeft { joblib_wake(self.wakes) }
    }

    /// Has ``run(largest:_:)`` return once what was sent before is written, or cannot be: after five seconds at the latest.
    public func close() {
        self.outgoing.withLock { outgoing in
            guard !outgoing.isClosed else { return }
            outgoing.isClosed = true
            outgoing.deadline = MonotonicClock.now + Self.lastWriting
        }
        joblib_wake(self.wakes)
    }

    /// Reads and writes until the other side has gone, or the channel is closed, and closes the descriptors; called once.
    ///
    /// - Parameters:
    ///   - largest: How many bytes a message may have. One that claims more ends the conversation.
    ///   - receive: Called with each message.
    public func run(largest: Int, _ receive: ([UInt8]) -> Void) {
        // A write to a process that has died would end this one.
        let previous = joblib_block_broken_pipes()
        defer {
            joblib_restore_broken_pipes(previous)
            self.hangUp()
        }
        var incoming = IncomingMessages(largest: largest)
        while true {
            let (hasOutgoing, isClosed, deadline) = self.outgoing.withLock {
                (!$0.chunks.isEmpty, $0.isClosed, $0.deadline)
            }
            let now = MonotonicClock.now
            if isClosed, !hasOutgoing || now >= deadline { return }
            let patience = isClosed ? Int32((deadline - now) / 1_000_000 + 1) : -1
            var events = [
                pollfd(fd: self.reading, events: Int16(POLLIN), revents: 0),
                pollfd(fd: self.wakes, events: Int16(POLLIN), revents: 0),
                pollfd(fd: hasOutgoing ? self.writing : -1, events: Int16(POLLOUT), revents: 0),
            ]
            guard unsafe poll(&events, nfds_t(events.count), patience) >= 0 || errno == EINTR else { return }
            if events[1].revents != 0 { joblib_wake_clear(self.wakes) }
            if events[2].revents != 0 {
                self.outgoing.withLock { outgoing in
                    // Nobody reads it. What the other side has sent before it went is still to be taken in.
                    if !self.write(&outgoing) { outgoing.isDeaf = true }
                    if outgoing.isDeaf { outgoing.chunks = [] }
                    if outgoing.chunks.isEmpty { self.drained.advance() }
                }
            }
            guard events[0].revents != 0 else { continue }
            let isOpen = unsafe incoming.fill { buffer in unsafe read(self.reading, buffer.baseAddress, buffer.count) }
            while let message = incoming.next() { receive(message) }
            if !isOpen || incoming.isBroken { return }
        }
    }

    /// Writes what can be written; `false` when nothing can be any more.
    private func write(_ outgoing: inout Outgoing) -> Bool {
        while let chunk = outgoing.chunks.first {
            let count = unsafe chunk.withUnsafeBytes { bytes in
                unsafe Glibc.write(self.writing, bytes.baseAddress! + outgoing.written, bytes.count - outgoing.written)
            }
            if count < 0 { return errno == EAGAIN || errno == EINTR }
            outgoing.written += count
            if outgoing.written == chunk.count {
                outgoing.chunks.removeFirst()
                outgoing.written = 0
            }
        }
        return true
    }
}

/// Cuts bytes that arrive in pieces into messages.
struct IncomingMessages {
    /// How much memory is kept for the messages to come, in bytes.
    private static let keptCapacity = 1 << 20

    private let largest: Int
    private var bytes: [UInt8] = []
    private var position = 0
    private var buffer = [UInt8](repeating: 0, count: 65_536)

    /// Whether a message claims more than there may be.
    private(set) var isBroken = false

    init(largest: Int) {
        self.largest = largest
    }

    /// Reads once; `false` at the end of the input.
    mutating func fill(_ read: (UnsafeMutableRawBufferPointer) -> Int) -> Bool {
        let count = unsafe self.buffer.withUnsafeMutableBytes { unsafe read($0) }
        guard count > 0 else { return count < 0 && (errno == EAGAIN || errno == EINTR) }
        if self.position == self.bytes.count {
            // Not kept for ever: one large message is no reason to expect another.
            self.bytes.removeAll(keepingCapacity: self.bytes.capacity <= Self.keptCapacity)
            self.position = 0
        } else if self.position > 0 {
            self.bytes.removeFirst(self.position)
            self.position = 0
        }
        self.bytes += self.buffer[..<count]
        return true
    }

    /// The next message that is whole; `nil` when there is none.
    mutating func next() -> [UInt8]? {
        guard !self.isBroken, self.bytes.count - self.position >= 8 else { return nil }
        var size: UInt64 = 0
        for offset in (0..<8).reversed() { size = size << 8 | UInt64(self.bytes[self.position + offset]) }
        guard size <= UInt64(self.largest) else {
            self.isBroken = true
            return nil
        }
        let start = self.position + 8
        guard self.bytes.count - start >= Int(size) else { return nil }
        self.position = start + Int(size)
        return Array(self.bytes[start..<self.position])
    }
}
