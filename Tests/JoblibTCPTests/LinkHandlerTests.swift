// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibCluster
import NIOCore
import NIOEmbedded
import Synchronization
import Testing

@testable import JoblibTCP

@Suite("The handler of a connection", .timeLimit(.minutes(1)))
struct LinkHandlerTests {
    /// Notes what it is told, and has something done at the first message.
    private final class Listener: Guest {
        let messages = Mutex<[HostMessage?]>([])
        let first: @Sendable () -> Void

        init(_ first: @escaping @Sendable () -> Void) { self.first = first }

        func hear() {}

        func receive(_ message: HostMessage?) {
            let isFirst = self.messages.withLock { messages in
                messages.append(message)
                return messages.count == 1
            }
            if isFirst { self.first() }
        }

        func endTurn() {}

        func end(_ reason: String) {}
    }

    private static func bytes(_ messages: [HostMessage]) -> ByteBuffer {
        ByteBuffer(bytes: messages.map(\.frame).flatMap { $0.header + $0.bytes })
    }

    @Test("takes in what comes in the middle of a message, as when a write fails, behind that")
    func inTheMiddle() throws {
        let channel = EmbeddedChannel()
        let pipeline = channel.pipeline
        let guest = Listener {
            pipeline.fireChannelRead(Self.bytes([.cancel(3), .cancel(4)]))
            pipeline.fireChannelRead(Self.bytes([.cancel(5)]))
        }
        let connection = Connection(channel, peerName: "peer", turns: WriteTurns())
        try channel.pipeline.syncOperations.addHandler(LinkHandler(connection, guest))
        try channel.writeInbound(Self.bytes([.cancel(1), .cancel(2)]))
        #expect(guest.messages.withLock { $0 } == (1...5).map { .cancel($0) })
        _ = try? channel.finish()
    }

    @Test("takes in nothing behind what makes no sense")
    func nonsense() throws {
        let channel = EmbeddedChannel()
        let pipeline = channel.pipeline
        let guest = Listener { pipeline.fireChannelRead(Self.bytes([.cancel(3)])) }
        let connection = Connection(channel, peerName: "peer", turns: WriteTurns())
        try channel.pipeline.syncOperations.addHandler(LinkHandler(connection, guest))
        var bytes = Self.bytes([.cancel(1)])
        bytes.writeBytes([0, 0, 0, 0, 0])
        _ = try? channel.writeInbound(bytes)
        #expect(guest.messages.withLock { $0 } == [.cancel(1), nil])
        _ = try? channel.finish()
    }
}

#endif
