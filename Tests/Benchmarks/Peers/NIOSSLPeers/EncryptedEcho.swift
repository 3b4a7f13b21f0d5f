// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import ContenderProtocol
import NIOCore
import NIOPosix
import NIOSSL

/// A server that sends back what comes, and connections to it, over TLS 1.3.
///
/// They have as many event loops as hosts and their coordinator.
struct EncryptedEcho {
    // As the backend's.
    private static let receiveSizes = AdaptiveRecvByteBufferAllocator(
        minimum: 2048,
        initial: 64 << 10,
        maximum: 1 << 20
    )
    private static let writeWaterMark = ChannelOptions.Types.WriteBufferWaterMark(low: 512 << 10, high: 2 << 20)

    private let servers: MultiThreadedEventLoopGroup
    private let clients = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let connections: [any Channel]
    private let message: ByteBuffer

    init(connections count: Int, messageByteCount: Int) throws {
        self.message = ByteBuffer(repeating: 1, count: messageByteCount)
        let identity = try SelfSigned()
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: [.certificate(identity.certificate)],
            privateKey: .privateKey(identity.privateKey)
        )
        configuration.minimumTLSVersion = .tlsv13
        let server = try NIOSSLContext(configuration: configuration)
        configuration = .makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv13
        configuration.certificateVerification = .none
        let client = try NIOSSLContext(configuration: configuration)

        self.servers = MultiThreadedEventLoopGroup(numberOfThreads: count)
        let listener = try ServerBootstrap(group: self.servers)
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            .childChannelOption(.recvAllocator, value: Self.receiveSizes)
            .childChannelOption(.writeBufferWaterMark, value: Self.writeWaterMark)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(NIOSSLServerHandler(context: server))
                    try pipeline.addHandler(EchoHandler())
                }
            }
            .bind(host: "127.0.0.1", port: 0).wait()
        guard let address = listener.localAddress else { throw WrongResult("no address") }
        let dialler = ClientBootstrap(group: self.clients)
            .channelOption(.socketOption(.tcp_nodelay), value: 1)
            .channelOption(.recvAllocator, value: Self.receiveSizes)
            .channelOption(.writeBufferWaterMark, value: Self.writeWaterMark)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(NIOSSLClientHandler(context: client, serverHostname: nil))
                    try pipeline.addHandler(ExchangeHandler())
                }
            }
        self.connections = try (0..<count).map { _ in try dialler.connect(to: address).wait() }
    }

    /// Sends so many messages on each connection, and waits until all of them have come back.
    func exchange(_ count: Int) throws {
        let messages = Array(repeating: self.message, count: count)
        let exchanges = self.connections.map { channel in
            let promise = channel.eventLoop.makePromise(of: Void.self)
            channel.eventLoop.execute {
                do {
                    try channel.pipeline.syncOperations.handler(type: ExchangeHandler.self)
                        .begin(channel, messages, promise)
                } catch {
                    promise.fail(error)
                }
            }
            return promise.futureResult
        }
        for exchange in exchanges { try exchange.wait() }
    }
}

/// Sends back what comes.
private final class EchoHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { context.write(data, promise: nil) }

    func channelReadComplete(context: ChannelHandlerContext) { context.flush() }
}

/// Sends messages in pieces, no faster than they are written, and counts what comes back.
private final class ExchangeHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    /// TLS encrypts all that it is given.
    private static let pieceByteCount = 512 << 10

    private var messages: [ByteBuffer] = []
    private var missing = 0
    private var promise: EventLoopPromise<Void>?

    func begin(_ channel: any Channel, _ messages: [ByteBuffer], _ promise: EventLoopPromise<Void>) {
        self.messages = messages
        self.missing = messages.reduce(0) { $0 + $1.readableBytes }
        self.promise = promise
        self.write(channel)
    }

    private func write(_ channel: any Channel) {
        var isAnything = false
        while channel.isWritable, !self.messages.isEmpty {
            let last = self.messages.count - 1
            let count = min(Self.pieceByteCount, self.messages[last].readableBytes)
            if let piece = self.messages[last].readSlice(length: count) { channel.write(piece, promise: nil) }
            if self.messages[last].readableBytes == 0 { self.messages.removeLast() }
            isAnything = true
        }
        if isAnything { channel.flush() }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) { self.write(context.channel) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.missing -= self.unwrapInboundIn(data).readableBytes
        if self.missing == 0 { self.promise?.succeed() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.promise?.fail(error)
        context.close(promise: nil)
    }
}

#endif
