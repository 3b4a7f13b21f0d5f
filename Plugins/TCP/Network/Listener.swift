// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibCluster
import NIOCore
import NIOPosix
import NIOSSL

/// Where others dial in.
enum Listener {
    /// How many connections may be open whose other end has proved nothing yet.
    ///
    /// Of more one is closed, see ``StrangerQueue``: one that belongs here is through in milliseconds.
    static let largestStrangerCount = 64

    /// Begins to listen; blocks until it does.
    ///
    /// - Parameters:
    ///   - address: Where.
    ///   - guest: Who gets the connections.
    ///   - note: Is told why those were turned away that did not get through; on the event loop.
    /// - Returns: What to close in the end; it knows its address.
    /// - Throws: What the system says.
    static func listen(
        at address: HostAddress,
        _ guest: GuestHandling,
        note: @escaping @Sendable (DialFailure) -> Void = { _ in }
    ) throws -> any Channel {
        let strangers = Strangers(largestCount: self.largestStrangerCount)
        return try ServerBootstrap(group: guest.loop)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            .childChannelOption(.recvAllocator, value: Transport.receiveSizeOfStrangers)
            .childChannelOption(.writeBufferWaterMark, value: Transport.writeWaterMark)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    strangers.add(channel)
                    let handler = GreetingHandler(guest, isServer: true, limit: guest.greetingTime) { result in
                        strangers.remove(channel)
                        if case .failure(let failure) = result { note(failure) }
                    }
                    try channel.greet(guest.security?.serverHandler(), handler)
                }
            }
            .bind(host: address.host, port: address.port).wait()
    }
}

/// How connections are made.
enum Transport {
    /// How long both ends may take to get to know each other.
    static let greetingTime = TimeAmount.seconds(5)

    /// How long one may take to come about.
    static let connectTime = TimeAmount.seconds(5)

    /// How much is read at once of whoever has proved nothing, and of whoever has.
    static let receiveSizeOfStrangers = FixedSizeRecvByteBufferAllocator(capacity: 2048)
    static let receiveSizes = AdaptiveRecvByteBufferAllocator(minimum: 2048, initial: 64 << 10, maximum: 1 << 20)
    static let writeWaterMark = ChannelOptions.Types.WriteBufferWaterMark(low: 512 << 10, high: 2 << 20)
}

/// The connections whose other ends have proved nothing yet; all on one event loop.
// SAFETY: touched on the event loop of its connections alone.
final class Strangers: @unchecked Sendable {
    private var channels: [ObjectIdentifier: any Channel] = [:]
    private var queue: StrangerQueue<ObjectIdentifier>

    init(largestCount: Int) {
        self.queue = StrangerQueue(largestCount: largestCount)
    }

    func add(_ channel: any Channel) {
        let id = ObjectIdentifier(channel)
        self.channels[id] = channel
        guard let evicted = self.queue.add(id, from: channel.remoteAddress?.source ?? "") else { return }
        self.channels.removeValue(forKey: evicted)?.abort()
    }

    func remove(_ channel: any Channel) {
        let id = ObjectIdentifier(channel)
        self.channels[id] = nil
        self.queue.remove(id)
    }
}

#endif
