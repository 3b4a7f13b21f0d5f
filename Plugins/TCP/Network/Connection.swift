// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibCluster
import JoblibWorkers
import NIOCore
import NIOSSL
import Synchronization

// SAFETY: what changes is touched on the event loop alone, or behind the lock.
/// A connection whose two ends have greeted each other: messages are written in order, no faster than they are sent.
final class Connection: HostLink, @unchecked Sendable {
    /// Payloads from this size on are handed to the channel as they are, and smaller ones together.
    private static let smallByteCount = 32 << 10

    /// How much of a large payload is handed to the channel at once: TLS encrypts all that it is given, into a buffer that is used again
    /// for the next piece once this one is written, and is best when it stays in the processor's cache.
    private static let pieceByteCount = 256 << 10

    /// What waits to be handed to the channel.
    private enum Waiting {
        /// Small messages, and what stands before large ones.
        case buffer(ByteBuffer)

        /// A payload, of which so many bytes have been handed over.
        case bytes([UInt8], from: Int)

        /// An array, of which so many bytes have.
        case array(any SentArray, from: Int)
    }

    /// What other threads than the event loop's have sent.
    private enum Sent {
        case message(HostMessage)

        /// An answer, and the large arrays that come before it.
        case answer(BatchNumber, [UInt8], [WorkerResult])
    }

    private struct Outgoing {
        /// What was not looked at.
        var sent: [Sent] = []
        var isOver = false
    }

    let channel: any Channel
    private let outgoing = Mutex(Outgoing())

    // Touched on the event loop alone.
    private var waiting: CircularBuffer<Waiting> = []
    private var small: ByteBuffer
    private var isDirty = false
    private let turns: WriteTurns

    /// Whether it is handing something to the channel, which may say meanwhile that it has room; and whether it waits for its turn.
    private var isWriting = false
    private var isInLine = false

    /// Whether it closes once all has been written.
    private var isEnding = false
    private(set) var traffic = LinkTraffic()

    /// Whoever is at the other end, for people.
    let peerName: String

    init(_ channel: any Channel, peerName: String, turns: WriteTurns) {
        self.channel = channel
        self.turns = turns
        self.peerName = peerName
        self.small = channel.allocator.buffer(capacity: 4096)
    }

    // MARK: - Sending

    func send(_ message: HostMessage) {
        if self.channel.eventLoop.inEventLoop {
            // Other threads' messages were first, if there are any.
            self.takeOutgoing()
            self.append(message)
            return self.writeSoon()
        }
        self.leave(.message(message))
    }

    /// Sends an answer of a worker's behind its large arrays, of which it lets go then, with nothing in between.
    func send(answer: [UInt8], to batch: BatchNumber, _ results: [WorkerResult]) {
        self.leave(.answer(batch, answer, results))
    }

    /// Leaves out what has not been sent of the large arrays of a batch, which nobody wants any more; on the event loop.
    func leaveOutResults(of batch: BatchNumber) {
        self.takeOutgoing()
        self.waiting.removeAll {
            guard case .array(let array, _) = $0 else { return false }
            return (array as? SentResult)?.batch == batch
        }
    }

    /// Leaves something to the event loop.
    private func leave(_ sent: Sent) {
        let isFirst = self.outgoing.withLock { outgoing in
            guard !outgoing.isOver else { return false }
            outgoing.sent.append(sent)
            return outgoing.sent.count == 1
        }
        guard isFirst else { return }
        self.channel.eventLoop.execute {
            self.takeOutgoing()
            self.write()
        }
    }

    private func takeOutgoing() {
        var all = self.outgoing.withLock { outgoing in
            defer { outgoing.sent = [] }
            return outgoing.sent
        }
        // Taken out one by one, none is copied.
        all.reverse()
        while let sent = all.popLast() {
            var message: HostMessage
            switch sent {
            case .message(let other): message = other
            case .answer(let batch, let answer, let results):
                for result in results { self.append(SentResult(batch: batch, result: result)) }
                message = .answer(batch, answer)
            }
            if case .message(let next) = all.last, let joined = message.joined(with: next) {
                all.removeLast()
                message = joined
            }
            self.append(message)
        }
    }

    private func append(_ message: HostMessage) {
        let frame = message.frame
        frame.writeHeader(to: &self.small)
        guard frame.bytes.count >= Self.smallByteCount else {
            self.small.writeBytes(frame.bytes)
            if self.small.readableBytes >= Self.pieceByteCount { self.endSmall() }
            return
        }
        self.endSmall()
        self.waiting.append(.bytes(frame.bytes, from: 0))
    }

    private func append(_ result: SentResult) {
        self.append(result.announcement)
        self.endSmall()
        self.waiting.append(.array(result, from: 0))
    }

    func send(_ array: HostArray) {
        self.takeOutgoing()
        self.endSmall()
        self.waiting.append(.array(array, from: 0))
        self.writeSoon()
    }

    private func endSmall() {
        guard self.small.readableBytes > 0 else { return }
        self.waiting.append(.buffer(self.small))
        self.small = self.channel.allocator.buffer(capacity: 4096)
    }

    /// The next bytes to hand to the channel; `nil` when there are none.
    private func nextPiece() -> ByteBuffer? {
        while let first = self.waiting.popFirst() {
            switch first {
            case .buffer(let buffer): return buffer
            case .bytes(let bytes, let start):
                let end = min(start + Self.pieceByteCount, bytes.count)
                if end < bytes.count { self.waiting.prepend(.bytes(bytes, from: end)) }
                return self.channel.allocator.buffer(bytes: bytes[start..<end])
            case .array(let array, _) where array.isObsolete: continue
            case .array(let array, let start):
                let end = min(start + Self.pieceByteCount - HostFrame.headerByteCount, array.byteCount)
                if end < array.byteCount { self.waiting.prepend(.array(array, from: end)) }
                var buffer = self.channel.allocator.buffer(capacity: HostFrame.headerByteCount + end - start)
                buffer.writeBytes(array.pieceFrame.header(payload: end - start))
                let isRead = unsafe buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: end - start) { free in
                    let place = unsafe UnsafeMutableRawBufferPointer(rebasing: free[..<(end - start)])
                    return unsafe array.copy(start..<end, to: place) ? end - start : 0
                }
                // Nothing else could tell the other end that no more of it comes; what it was of runs elsewhere.
                guard isRead == end - start else {
                    self.waiting.removeAll()
                    self.channel.close(promise: nil)
                    return nil
                }
                return buffer
            }
        }
        return nil
    }

    /// Writes at the end of the event loop's turn, so that what is sent in one goes together.
    private func writeSoon() {
        if self.isDirty { return }
        self.isDirty = true
        self.channel.eventLoop.execute {
            self.isDirty = false
            self.write()
        }
    }

    /// Hands to the channel what it has room for, in turns with others.
    ///
    /// Piece by piece, each to the end: what TLS has not been told to encrypt does not count as waiting, and there would be room for all.
    func write() {
        guard !self.isWriting, !self.isInLine else { return }
        self.isWriting = true
        defer { self.isWriting = false }
        self.endSmall()
        var rest = WriteTurns.byteCount
        // It may end at any piece, and remains as writable as it was.
        while self.channel.isActive, self.channel.isWritable {
            guard rest > 0 else {
                self.isInLine = true
                return self.turns.enter(self)
            }
            guard let piece = self.nextPiece() else { break }
            rest -= piece.readableBytes
            self.traffic.sent += UInt64(piece.readableBytes)
            self.channel.writeAndFlush(piece, promise: nil)
        }
        if self.isEnding, self.waiting.isEmpty { self.closeBehindWritten() }
    }

    /// The channel has room again, or has none any more.
    func noteRoom() {
        guard !self.waiting.isEmpty, !self.isWriting, !self.isInLine, self.channel.isWritable else { return }
        guard self.turns.isBusy else { return self.write() }
        self.isInLine = true
        self.turns.enter(self)
    }

    /// It is its turn.
    func takeTurn() {
        self.isInLine = false
        self.write()
    }

    /// So many bytes have come.
    func noteReceived(_ byteCount: Int) { self.traffic.received += UInt64(byteCount) }

    /// Whether nothing waits to be handed to the channel.
    var hasSentAll: Bool { self.waiting.isEmpty && self.small.readableBytes == 0 }

    /// Whether nothing waits to be sent.
    var isIdle: Bool { self.waiting.isEmpty && self.small.readableBytes == 0 && self.channel.isWritable }

    // MARK: - The end

    func disconnect(_ reason: String) { self.close() }

    /// Closes; the other end has a second to do so, too.
    func close() {
        self.outgoing.withLock { $0.isOver = true }
        self.channel.close(promise: nil)
    }

    /// Notes that it has ended, and lets go of what waits to be sent, such as a worker's memory with its results; on the event loop.
    func end() {
        let sent = self.outgoing.withLock { outgoing in
            outgoing.isOver = true
            defer { outgoing.sent = [] }
            return outgoing.sent
        }
        withExtendedLifetime(sent) { self.waiting.removeAll() }
    }

    /// Closes at once, for when nobody is there who would close it, too.
    func abort() {
        self.outgoing.withLock { $0.isOver = true }
        self.channel.abort()
    }

    /// Closes once all that was sent has been written.
    func closeAfterWriting() {
        self.channel.eventLoop.execute {
            self.takeOutgoing()
            self.isEnding = true
            self.write()
        }
    }

    private func closeBehindWritten() {
        self.isEnding = false
        self.channel.writeAndFlush(ByteBuffer()).whenComplete { _ in self.close() }
    }

    func setReading(_ isReading: Bool) {
        self.channel.setOption(.autoRead, value: isReading).whenSuccess { if isReading { self.channel.read() } }
    }
}

extension HostFrame {
    /// What stands before the rest, as ``header`` has it, for which no memory is taken.
    fileprivate func writeHeader(to buffer: inout ByteBuffer) {
        buffer.writeMultipleIntegers(
            self.lengthField,
            self.kind.rawValue,
            self.number,
            self.second,
            endianness: .little
        )
    }
}

extension Channel {
    /// Closes without a word, on its event loop: TLS would wait a second for the other end to close it, too.
    func abort() {
        // From there on outward nothing is encrypted any more.
        guard let context = try? self.pipeline.syncOperations.context(handlerType: NIOSSLHandler.self) else {
            return self.close(promise: nil)
        }
        context.close(promise: nil)
    }
}

#endif
