// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibCluster
import JoblibPOSIX
import NIOCore
import NIOPosix
import Synchronization

@testable import JoblibTCP

/// A peer that has the token and the program, and says what its test has it say.
final class FakePeer: Sendable {
    /// What it does with a message; the connection's channel takes bytes that are no message.
    typealias Behaviour = @Sendable (Connection, HostMessage) -> Void

    private final class User: Guest {
        let connection: Connection
        let peer: FakePeer

        init(_ connection: Connection, _ peer: FakePeer) {
            self.connection = connection
            self.peer = peer
        }

        func hear() {}

        func receive(_ message: HostMessage?) {
            guard let message else { return }
            self.peer.messages.withLock { messages in
                // One message or two: that is a matter of when they were sent.
                if case .lastAnswer(let batch, let bytes) = message {
                    messages += [.answer(batch, bytes), .finished(batch)]
                } else {
                    messages.append(message)
                }
            }
            self.peer.behaviour(self.connection, message)
        }

        func endTurn() {}

        func end(_ reason: String) { self.peer.endings.withLock { $0.append(reason) } }
    }

    private let behaviour: Behaviour
    private let messages = Mutex<[HostMessage]>([])
    private let endings = Mutex<[String]>([])
    private let channel = Mutex<(any Channel)?>(nil)
    private let dialer = Mutex<Dialer?>(nil)

    private init(_ behaviour: @escaping Behaviour) { self.behaviour = behaviour }

    /// What it was told, and how its connections have ended.
    var received: [HostMessage] { self.messages.withLock { $0 } }
    var ends: [String] { self.endings.withLock { $0 } }

    /// Where it listens.
    var address: String { "127.0.0.1:\(self.channel.withLock { $0?.localAddress?.port } ?? 0)" }

    /// A host that listens.
    ///
    /// - Parameters:
    ///   - port: Its port; 0 leaves it to the system.
    ///   - slots: How many workers it says that it has.
    ///   - token: Its token.
    ///   - security: Its certificate; `nil`: one of its own.
    ///   - name: What it calls itself, and its program; `nil`: as this process does.
    ///   - build: Which build of the program it says it is.
    ///   - behaviour: What it does with a message.
    /// - Returns: The host.
    /// - Throws: What keeps it from listening.
    static func host(
        at port: Int = 0,
        slots: Int = 2,
        _ token: ClusterToken,
        _ security: ClusterTLS? = nil,
        name: String? = nil,
        build: String? = nil,
        _ behaviour: @escaping Behaviour
    ) throws -> FakePeer {
        let peer = FakePeer(behaviour)
        let channel = try Listener.listen(
            at: HostAddress(host: "127.0.0.1", port: port),
            try peer.handling(.host, slots: slots, security ?? ClusterTLS(token, .host), name, build) { _ in }
        )
        peer.channel.withLock { $0 = channel }
        return peer
    }

    /// A coordinator that dials, and begins to talk, or somebody else who does.
    static func coordinator(
        _ address: String,
        _ token: ClusterToken,
        security: ClusterTLS? = nil,
        role: Greeting.Role = .coordinator,
        name: String? = nil,
        _ behaviour: @escaping Behaviour = { _, _ in },
        begin: @escaping @Sendable (Connection) -> Void
    ) throws -> FakePeer {
        let peer = FakePeer(behaviour)
        let dialer = Dialer(
            try HostAddress(address),
            try peer.handling(
                role,
                slots: role == .tool || role == .host ? 1 : 0,
                security ?? ClusterTLS(token, role.certified),
                name,
                nil,
                begin
            ),
            note: { _ in }
        )
        peer.dialer.withLock { $0 = dialer }
        dialer.start()
        return peer
    }

    private func handling(
        _ role: Greeting.Role,
        slots: Int,
        _ security: ClusterTLS,
        _ name: String?,
        _ build: String?,
        _ begin: @escaping @Sendable (Connection) -> Void
    ) throws -> GuestHandling {
        var greeting = Greeting.ofThisProcess(role: role, slots: slots)
        if let name { (greeting.name, greeting.identity.program) = (name, name) }
        if let build { greeting.identity.build = build }
        var handling = GuestHandling(
            greeting: greeting,
            security: security,
            loop: MultiThreadedEventLoopGroup.singleton.next(),
            makeGuest: { connection, _, _ in
                // Behind what the pipeline does when it is complete.
                connection.channel.eventLoop.execute { begin(connection) }
                return User(connection, self)
            }
        )
        handling.makeTool = { [makeGuest = handling.makeGuest] in makeGuest($0, $1, "") }
        return handling
    }

    func stop() {
        try? self.channel.withLock { $0 }?.close().wait()
        self.dialer.withLock { $0 }?.stop()
    }
}

extension Connection {
    /// Writes bytes that may be anything.
    func write(raw bytes: [UInt8]) {
        self.channel.writeAndFlush(self.channel.allocator.buffer(bytes: bytes), promise: nil)
    }
}

#endif
