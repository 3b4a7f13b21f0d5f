// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import NIOCore
import NIOSSL

/// The first handler of a connection until its other end has proved who it is: how much that may send before.
///
/// What TLS makes of it, it keeps until a message of the handshake is whole, and how long one may be it decides by itself. It is removed
/// before anything is read that belongs to the conversation.
final class StrangerLimit: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    /// How many bytes that is: both ends' certificates and what comes with them have some two thousand.
    static let byteCount = 32 << 10

    private var rest = StrangerLimit.byteCount

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.rest -= self.unwrapInboundIn(data).readableBytes
        guard self.rest >= 0 else { return context.channel.abort() }
        context.fireChannelRead(data)
    }
}

extension Channel {
    /// Sets a new connection up for two ends that do not know each other; on its event loop.
    ///
    /// - Parameters:
    ///   - security: What encrypts; `nil`: nothing does.
    ///   - handler: What greets.
    /// - Throws: What keeps TLS from beginning.
    func greet(_ security: NIOSSLHandler?, _ handler: GreetingHandler) throws {
        let pipeline = self.pipeline.syncOperations
        if let security {
            try pipeline.addHandler(StrangerLimit())
            try pipeline.addHandler(security)
        }
        try pipeline.addHandler(handler)
    }

    /// The other end has proved who it is: it may send as much as it likes.
    func trust() {
        let pipeline = self.pipeline.syncOperations
        if let limit = try? pipeline.handler(type: StrangerLimit.self) { pipeline.removeHandler(limit, promise: nil) }
        try? self.syncOptions?.setOption(.recvAllocator, value: Transport.receiveSizes)
    }
}

#endif
