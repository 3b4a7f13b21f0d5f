// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibCluster
import JoblibCore
import NIOCore
import NIOSSL
import NIOTLS

/// The handler of a connection until its two ends have greeted each other, behind which another takes its place.
///
/// Nothing is said before the other end has proved that it belongs to the cluster, and all of it has to happen in time: the TLS library
/// has no limit for its handshake.
final class GreetingHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let guest: GuestHandling
    private let limit: TimeAmount
    private let isSecure: Bool
    private let completion: (Result<Void, DialFailure>) -> Void
    private let evidence = Evidence()
    private var machine: GreetingMachine
    private var deadline: Scheduled<Void>?
    private var hasBegun = false
    private var isDone = false

    /// Makes a handler.
    ///
    /// - Parameters:
    ///   - guest: What this end says, and who gets the connection.
    ///   - isServer: Whether this end was dialled.
    ///   - limit: How much time there is.
    ///   - completion: Is told once how it went.
    init(
        _ guest: GuestHandling,
        isServer: Bool,
        limit: TimeAmount,
        completion: @escaping (Result<Void, DialFailure>) -> Void
    ) {
        self.guest = guest
        self.limit = limit
        self.isSecure = guest.security != nil
        self.completion = completion
        self.machine = GreetingMachine(isServer ? .server : .client, guest.greeting) {
            [evidence = self.evidence] peer in
            evidence.channel.flatMap { guest.refusal(of: evidence.applied(to: peer), over: $0) }
        }
    }

    // SAFETY: touched on the event loop alone.
    /// What is known of the other end by other means than its word.
    private final class Evidence: @unchecked Sendable {
        /// Where it is.
        var channel: (any Channel)?

        /// Which key it has; `nil` where nothing is encrypted.
        var key: [UInt8]?

        /// The greeting with a number that nobody can choose who has not the key; without encryption its own has to do.
        func applied(to greeting: Greeting) -> Greeting {
            var greeting = greeting
            if let key { greeting.processID = key }
            return greeting
        }
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.evidence.channel = context.channel
        self.deadline = context.eventLoop.assumeIsolated()
            .scheduleTask(in: self.limit) {
                self.fail(
                    context,
                    "it has not said who it is within \(Double(self.limit.nanoseconds / 1_000_000) / 1000) s; is the address that of "
                        + "something else, or does it not run?",
                    nil
                )
            }
        if context.channel.isActive { self.begin(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        self.begin(context)
        context.fireChannelActive()
    }

    /// Without encryption the other end is there as soon as the connection is.
    private func begin(_ context: ChannelHandlerContext) {
        guard !self.isSecure, !self.hasBegun else { return }
        self.hasBegun = true
        self.perform(self.machine.start(), context)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard let security = self.guest.security, case .handshakeCompleted = event as? TLSUserEvent else {
            return context.fireUserInboundEventTriggered(event)
        }
        do {
            let handler = try context.pipeline.syncOperations.handler(type: NIOSSLHandler.self)
            let proven = try security.check(handler)
            self.evidence.key = proven.key
            self.machine.provenRole = proven.role
            self.hasBegun = true
            context.channel.trust()
            self.perform(self.machine.start(), context)
        } catch {
            self.fail(context, "\(error)", security.fault(error, with: context.channel.peerText))
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard self.hasBegun else { return }
        self.perform(self.machine.receive(self.unwrapInboundIn(data).readableBytesView), context)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Where the other end has just gone, it may come back.
        let fault = self.guest.security?.fault(error, with: context.channel.peerText)
        self.fail(context, fault?.detail ?? NetworkFault.ofConnection(error), fault)
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.perform(self.machine.end(), context)
        self.fail(context, "it has closed the connection; look at what it prints", nil)
        context.fireChannelInactive()
    }

    private func perform(_ actions: [GreetingMachine.Action], _ context: ChannelHandlerContext) {
        for action in actions {
            switch action {
            case .send(let bytes):
                context.writeAndFlush(
                    self.wrapOutboundOut(context.channel.allocator.buffer(bytes: bytes)),
                    promise: nil
                )
            case .accepted(let peer): self.succeed(context, peer)
            case .refused(let refusal):
                let isFinal = refusal.code == .build && !self.machine.peerMakesWay || refusal.code == .role
                self.fail(context, refusal.detail, isFinal ? .handshakeRejected(refusal.detail) : nil, isPolite: true)
            }
        }
    }

    private func succeed(_ context: ChannelHandlerContext, _ peer: Greeting) {
        guard self.end() else { return }
        if !self.isSecure { context.channel.trust() }
        let peer = self.evidence.applied(to: peer)
        let address = context.channel.peerText
        let connection = Connection(context.channel, peerName: "\(peer.name) at \(address)", turns: self.guest.turns)
        self.completion(.success(()))
        let user = self.guest.makeUser(connection, peer, address)
        let handler = LinkHandler(connection, user)
        do {
            try context.pipeline.syncOperations.addHandler(handler, position: .after(self))
        } catch {
            user.end("\(error)")
            return context.close(promise: nil)
        }
        let remainder = self.machine.remainder
        // While this handler is in the pipeline: one that is removed has nobody behind it, and what it fires is lost.
        if !remainder.isEmpty {
            context.fireChannelRead(NIOAny(context.channel.allocator.buffer(bytes: remainder)))
        }
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    /// How long one that is refused has to read why, before the connection is closed: closing may throw away what it has not read.
    private static let politeness = TimeAmount.milliseconds(500)

    private func fail(
        _ context: ChannelHandlerContext,
        _ reason: String,
        _ error: ParallelError?,
        isPolite: Bool = false
    ) {
        guard self.end() else { return }
        self.completion(.failure(DialFailure(reason: reason, error: error)))
        guard isPolite, context.channel.isActive else { return context.close(promise: nil) }
        let channel = context.channel
        context.eventLoop.scheduleTask(in: Self.politeness) { channel.close(promise: nil) }
    }

    private func end() -> Bool {
        if self.isDone { return false }
        self.isDone = true
        self.evidence.channel = nil
        self.deadline?.cancel()
        return true
    }

}

extension Channel {
    /// The address of the other end, for people.
    var peerText: String {
        guard let address = self.remoteAddress, let host = address.ipAddress, let port = address.port else {
            return "somebody"
        }
        return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}

#endif
