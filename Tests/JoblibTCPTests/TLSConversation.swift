// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibCluster
import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS

@testable import JoblibTCP

/// One side of a connection over loopback, honest or not.
struct TLSEnd: Sendable {
    /// Makes what encrypts; `nil` for a peer that speaks no TLS.
    var handler: (@Sendable () throws -> NIOSSLHandler)?

    /// What the side asks of its peer when the handshake is completed.
    var check: @Sendable (NIOSSLHandler) throws -> Void = { _ in }

    /// What it says of itself, in place of ``TLSOutcome/hasBeenWelcomed`` and its like.
    var greeting: Greeting?

    /// What a side without TLS sends, each when something has come in, and the first at once if it is the client.
    var script: [[UInt8]] = []

    /// As the network shell uses it.
    static func honest(_ tls: ClusterTLS, isServer: Bool, _ greeting: Greeting? = nil) -> TLSEnd {
        TLSEnd(
            handler: { isServer ? tls.serverHandler() : try tls.clientHandler() },
            check: { try tls.check($0) },
            greeting: greeting
        )
    }

    static func server(_ configuration: TLSConfiguration) throws -> TLSEnd {
        let context = try NIOSSLContext(configuration: configuration)
        return TLSEnd(handler: { NIOSSLServerHandler(context: context) })
    }

    static func client(_ configuration: TLSConfiguration) throws -> TLSEnd {
        let context = try NIOSSLContext(configuration: configuration)
        return TLSEnd(handler: { try NIOSSLClientHandler(context: context, serverHostname: nil) })
    }
}

/// What one side has seen of a connection.
struct TLSOutcome: Sendable {
    /// Whether its TLS library has taken the handshake for completed.
    var isConnected = false

    /// Whether its check of the peer has passed as well.
    var isSatisfied = false

    /// What it was told: a server says `welcome` when it is satisfied, and a client `thanks` when it is and was welcomed.
    var received: [UInt8] = []

    /// What came of the greetings.
    var greeting: GreetingMachine.Action?

    /// What went wrong.
    var errors: [any Error] = []

    /// What has come in and gone out below TLS, in pieces.
    var sentBytes: [[UInt8]] = []
    var receivedBytes: [[UInt8]] = []

    var hasBeenWelcomed: Bool { self.received == Array("welcome".utf8) }
    var hasBeenThanked: Bool { self.received == Array("thanks".utf8) }
}

/// A connection between two sides: the server's certificate is checked, then the client's, then each says one thing.
enum TLSConversation {
    /// Runs it until both ends are closed.
    static func run(server: TLSEnd, client: TLSEnd) async throws -> (server: TLSOutcome, client: TLSOutcome) {
        let group = MultiThreadedEventLoopGroup.singleton
        let loop = group.next()
        let serverOutcome = loop.makePromise(of: TLSOutcome.self)
        let clientOutcome = loop.makePromise(of: TLSOutcome.self)
        let listener = try await ServerBootstrap(group: loop)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try Participant(server, isServer: true, serverOutcome).join(channel)
                }
            }
            .bind(host: "127.0.0.1", port: 0)
            .get()
        do {
            _ = try await ClientBootstrap(group: loop)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try Participant(client, isServer: false, clientOutcome).join(channel)
                    }
                }
                .connect(to: listener.localAddress!)
                .get()
            let outcomes = (
                server: try await serverOutcome.futureResult.get(), client: try await clientOutcome.futureResult.get()
            )
            try await listener.close()
            return outcomes
        } catch {
            serverOutcome.fail(error)
            clientOutcome.fail(error)
            throw error
        }
    }
}

/// The last handler of a side.
private final class Participant: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let end: TLSEnd
    private let isServer: Bool
    private let promise: EventLoopPromise<TLSOutcome>
    private let tap = Tap()
    private var script: ArraySlice<[UInt8]>
    private var outcome = TLSOutcome()
    private var machine: GreetingMachine?

    init(_ end: TLSEnd, isServer: Bool, _ promise: EventLoopPromise<TLSOutcome>) {
        self.end = end
        self.isServer = isServer
        self.promise = promise
        self.script = end.script[...]
        self.machine = end.greeting.map { GreetingMachine(isServer ? .server : .client, $0) }
    }

    func join(_ channel: any Channel) throws {
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(self.tap)
        if let handler = try self.end.handler?() { try pipeline.addHandler(handler) }
        try pipeline.addHandler(self)
    }

    func channelActive(context: ChannelHandlerContext) {
        if !self.isServer { self.sendNext(context) }
        context.fireChannelActive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case TLSUserEvent.handshakeCompleted = event else { return }
        self.outcome.isConnected = true
        do {
            try self.end.check(context.pipeline.syncOperations.handler(type: NIOSSLHandler.self))
            self.outcome.isSatisfied = true
            if let actions = self.machine?.start() { return self.perform(actions, context) }
            if self.isServer { self.send("welcome", context) }
        } catch {
            self.outcome.errors.append(error)
            context.close(promise: nil)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard self.end.handler != nil else { return self.sendNext(context) }
        if let actions = self.machine?.receive(Self.unwrapInboundIn(data).readableBytesView) {
            return self.perform(actions, context)
        }
        self.outcome.received += Self.unwrapInboundIn(data).readableBytesView
        if self.isServer, self.outcome.hasBeenThanked {
            context.close(promise: nil)
        } else if self.outcome.hasBeenWelcomed, self.outcome.isSatisfied {
            self.send("thanks", context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.outcome.errors.append(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.outcome.sentBytes = self.tap.sent
        self.outcome.receivedBytes = self.tap.received
        self.promise.succeed(self.outcome)
        context.fireChannelInactive()
    }

    private func perform(_ actions: [GreetingMachine.Action], _ context: ChannelHandlerContext) {
        for action in actions {
            if case .send(let bytes) = action {
                context.writeAndFlush(Self.wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
                continue
            }
            self.outcome.greeting = action
            // A server that has accepted waits until the client has read it.
            if case .accepted = action, self.isServer { continue }
            context.close(promise: nil)
        }
    }

    private func send(_ text: String, _ context: ChannelHandlerContext) {
        context.writeAndFlush(Self.wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
    }

    private func sendNext(_ context: ChannelHandlerContext) {
        guard let next = self.script.popFirst() else { return }
        context.writeAndFlush(Self.wrapOutboundOut(ByteBuffer(bytes: next)), promise: nil)
    }
}

/// Keeps what goes over the wire.
private final class Tap: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private(set) var sent: [[UInt8]] = []
    private(set) var received: [[UInt8]] = []

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.received.append(Array(Self.unwrapInboundIn(data).readableBytesView))
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        self.sent.append(Array(Self.unwrapOutboundIn(data).readableBytesView))
        context.write(data, promise: promise)
    }
}

#endif
