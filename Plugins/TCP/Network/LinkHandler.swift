// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibCluster
import NIOCore
import NIOSSL

/// The last handler of a connection: gives what comes to its guest.
final class LinkHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    /// How many bytes a frame may have: what a coder takes for one value, and as much again.
    static let largestFrame = (1 << 32) - 1

    private let connection: Connection
    private let guest: any Guest
    private var reader = FrameReader(largest: LinkHandler.largestFrame)
    private var reason = "the other end has closed the connection"
    private var isOver = false

    /// Whether something is being read, and what has come meanwhile: a write that fails, such as the last one of TLS, has the channel read
    /// what else there is, in the middle of what made it write.
    private var isReading = false
    private var late: CircularBuffer<ByteBuffer> = []

    /// Whether what has come makes no sense, nor anything behind it.
    private var isBroken = false

    init(_ connection: Connection, _ guest: any Guest) {
        self.connection = connection
        self.guest = guest
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.late.append(self.unwrapInboundIn(data))
        if self.isReading { return }
        self.isReading = true
        while let buffer = self.late.popFirst() { self.read(buffer, context) }
        self.isReading = false
    }

    private func read(_ buffer: ByteBuffer, _ context: ChannelHandlerContext) {
        if self.isOver || self.isBroken { return }
        self.connection.noteReceived(buffer.readableBytes)
        self.guest.hear()
        do {
            try self.reader.read(
                buffer.readableBytesSpan,
                piece: { self.guest.receive($0, $1) },
                { self.guest.receive(HostMessage($0)) }
            )
            self.guest.hold(self.reader.heldByteCount)
        } catch {
            self.isBroken = true
            self.reason = "what came makes no sense: \(error)"
            self.guest.receive(nil)
            context.close(promise: nil)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        self.guest.endTurn()
        context.fireChannelReadComplete()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        self.connection.noteRoom()
        context.fireChannelWritabilityChanged()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // The other end is gone without a word, as when its process was ended.
        if case .uncleanShutdown = error as? NIOSSLError {} else { self.reason = NetworkFault.ofConnection(error) }
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.finish()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { self.finish() }

    private func finish() {
        if self.isOver { return }
        self.isOver = true
        self.connection.close()
        self.connection.end()
        self.guest.end(self.reason)
    }
}

#endif
