// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibCluster
import NIOCore
import NIOEmbedded

@testable import JoblibTCP

/// Both ends of a connection with all that a real one has but a network: bytes go from one to the other by hand.
///
/// The coordinator dials, opens a grant and hands three batches in; the host answers each.
final class PumpedConversation {
    enum End: Int, CaseIterable, Sendable {
        case host, coordinator

        var other: End { self == .host ? .coordinator : .host }
    }

    /// What happens to the bytes that one end sends, at which of them.
    struct Fault: Sendable {
        enum Kind: Sendable {
            /// The connection ends before it.
            case cut

            /// One bit of it is another one.
            case flip(bit: UInt8)
        }

        var sender: End
        var offset: Int
        var kind: Kind
    }

    // SAFETY: used by the thread alone that pumps.
    /// Notes what it is told, and answers what it is asked for.
    private final class User: Guest, @unchecked Sendable {
        let connection: Connection
        let isHost: Bool
        var received: [HostMessage] = []
        var endCount = 0

        init(_ connection: Connection, isHost: Bool) {
            self.connection = connection
            self.isHost = isHost
        }

        func begin() {
            if self.isHost { return }
            self.connection.send(.heartbeat(interval: 1 << 30))
            self.connection.send(.open(1, workers: 1, parameters: [1, 2, 3]))
            for number in 1...3 as ClosedRange<UInt64> {
                self.connection.send(.run(number, 1, payload: [UInt8](repeating: UInt8(number), count: 40)))
            }
        }

        func hear() {}

        func receive(_ message: HostMessage?) {
            guard let message else { return }
            self.received.append(message)
            guard case .run(let number, _, let payload) = message, self.isHost else { return }
            self.connection.send(.answer(number, payload.reversed()))
            self.connection.send(.finished(number))
        }

        func endTurn() {}

        func end(_ reason: String) { self.endCount += 1 }
    }

    /// What is the same for all of one test.
    struct Parties {
        let securities: [ClusterTLS]

        init(_ token: ClusterToken) throws {
            self.securities = [try ClusterTLS(token, .host), try ClusterTLS(token, .coordinator)]
        }
    }

    // SAFETY: used by the thread alone that pumps.
    private final class Place: @unchecked Sendable {
        var users: [User?] = [nil, nil]
        var failures = [0, 0]
    }

    private let loop = EmbeddedEventLoop()
    private let place = Place()
    private var channels: [EmbeddedChannel] = []

    /// How many bytes each end has sent.
    private(set) var sent = [0, 0]

    init(_ parties: Parties) throws {
        for end in End.allCases {
            let channel = EmbeddedChannel(loop: self.loop)
            let handling = GuestHandling(
                greeting: .ofThisProcess(role: end == .host ? .host : .coordinator, slots: end == .host ? 1 : 0),
                security: parties.securities[end.rawValue],
                loop: self.loop,
                makeGuest: { [place = self.place, loop = self.loop] connection, _, _ in
                    let user = User(connection, isHost: end == .host)
                    place.users[end.rawValue] = user
                    loop.execute { user.begin() }
                    return user
                }
            )
            let handler = GreetingHandler(handling, isServer: end == .host, limit: handling.greetingTime) {
                [place = self.place] result in
                if case .failure = result { place.failures[end.rawValue] += 1 }
            }
            let security = parties.securities[end.rawValue]
            try channel.greet(end == .host ? security.serverHandler() : security.clientHandler(), handler)
            self.channels.append(channel)
        }
        for channel in self.channels {
            channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 7077), promise: nil)
        }
    }

    /// What an end was told; `nil` while it does not know the other one.
    func received(_ end: End) -> [HostMessage]? { self.place.users[end.rawValue]?.received }

    /// How often an end was told that it has failed, or that it is over.
    func endCount(_ end: End) -> Int {
        self.place.failures[end.rawValue] + (self.place.users[end.rawValue]?.endCount ?? 0)
    }

    /// Pumps until neither end says anything any more.
    ///
    /// - Parameter fault: What goes wrong.
    /// - Throws: What a channel throws that is no fault of the connection.
    func run(_ fault: Fault? = nil) throws {
        self.loop.run()
        var isMoving = true
        while isMoving {
            isMoving = false
            for end in End.allCases {
                while var bytes = try self.channels[end.rawValue].readOutbound(as: ByteBuffer.self) {
                    isMoving = true
                    let isCut = self.apply(fault, to: &bytes, from: end)
                    self.sent[end.rawValue] += bytes.readableBytes
                    self.deliver(bytes, to: end.other)
                    self.loop.run()
                    if isCut { return self.cut() }
                }
            }
            // TLS that ends waits for the other end to do so; nobody dawdles here.
            self.loop.run()
        }
    }

    private func apply(_ fault: Fault?, to bytes: inout ByteBuffer, from end: End) -> Bool {
        guard let fault, fault.sender == end else { return false }
        let place = fault.offset - self.sent[end.rawValue]
        guard place >= 0, place < bytes.readableBytes else { return false }
        switch fault.kind {
        case .cut:
            bytes = bytes.getSlice(at: bytes.readerIndex, length: place) ?? ByteBuffer()
            return true
        case .flip(let bit):
            let index = bytes.readerIndex + place
            let old: UInt8 = bytes.getInteger(at: index) ?? 0
            bytes.setInteger(old ^ (1 << (bit & 7)), at: index)
            return false
        }
    }

    private func deliver(_ bytes: ByteBuffer, to end: End) {
        let channel = self.channels[end.rawValue]
        guard bytes.readableBytes > 0, channel.isActive else { return }
        // What a handler makes of it, it says by closing.
        _ = try? channel.writeInbound(bytes)
    }

    /// Both ends lose the connection, without a word.
    private func cut() {
        for channel in self.channels where channel.isActive { channel.abort() }
        self.loop.run()
    }

    /// Ends what is left.
    func close() { self.cut() }
}

#endif
