// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Crypto
import Foundation
import JoblibCluster
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import JoblibTCP

@Suite("Coordinators that fail while they give their executable", .timeLimit(.minutes(2)), .serialized)
final class ExecutableReceiverTests: ReceivingTools {
    private static let patience = Duration.milliseconds(400)

    private func receiver(listens: Bool = true, at address: String = "127.0.0.1:0") throws -> ExecutableReceiver {
        try ExecutableReceiver(
            listens: listens,
            at: address,
            slots: 1,
            credentials: .token(self.token),
            cache: try ExecutableCache(folder: self.cache, byteLimit: 1 << 30),
            patience: Self.patience,
            say: { _ in }
        )
    }

    private static func offer(_ bytes: [UInt8]) -> ExecutableOffer {
        ExecutableOffer(name: "program", byteCount: UInt64(bytes.count), hash: Array(SHA256.hash(data: bytes)))
    }

    /// An executable that every machine can run.
    private func program() throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: "/bin/true").resolvingSymlinksInPath()))
    }

    @Test(
        "One that says nothing more is left, before its offer and between two pieces, and the next one is served",
        arguments: [0, 1, 2]
    )
    func silence(_ stage: Int) throws {
        let receiver = try self.receiver()
        defer { receiver.stop() }
        let address = "127.0.0.1:\(try #require(receiver.port))"
        let bytes = try self.program()
        let large = ExecutableOffer(name: "large", byteCount: 1 << 20, hash: [UInt8](repeating: 1, count: 32))
        let silent = try FakePeer.coordinator(address, self.token) { connection, message in
            if stage == 2, case .fetch(0) = message { connection.send(.piece(0, [1, 2, 3])) }
        } begin: { connection in
            if stage > 0 { connection.send(.offer(large)) }
        }
        defer { silent.stop() }
        try Rendezvous().wait("it is left") { !silent.ends.isEmpty }
        silent.stop()
        let honest = try FakePeer.coordinator(address, self.token) { connection, message in
            guard case .fetch(let position) = message else { return }
            let end = min(Int(position) + ExecutableAssembly.largestPiece, bytes.count)
            connection.send(.piece(position, Array(bytes[Int(position)..<end])))
        } begin: { connection in
            connection.send(.offer(Self.offer(bytes)))
        }
        defer { honest.stop() }
        try Rendezvous().wait("another one is served") { receiver.path != nil }
        #expect(self.cached == [Self.offer(bytes).key])
    }

    /// Says nothing to whoever asks it.
    private final class Silent: Guest {
        func hear() {}
        func receive(_ message: HostMessage?) {}
        func endTurn() {}
        func end(_ reason: String) {}
    }

    @Test("What dials one that says nothing dials again")
    func dialsAgain() throws {
        let count = Mutex(0)
        var handling = GuestHandling(
            greeting: .ofThisProcess(role: .coordinator, slots: 0),
            security: try ClusterTLS(self.token, .coordinator),
            loop: MultiThreadedEventLoopGroup.singleton.next(),
            makeGuest: { _, _, _ in Silent() }
        )
        handling.makeTool = { _, _ in
            count.withLock { $0 += 1 }
            return Silent()
        }
        let channel = try Listener.listen(at: HostAddress("127.0.0.1:0"), handling)
        defer { try? channel.close().wait() }
        let port = try #require(channel.localAddress?.port)
        let receiver = try self.receiver(listens: false, at: "127.0.0.1:\(port)")
        defer { receiver.stop() }
        try Rendezvous().wait("it dials a second time") { count.withLock { $0 } >= 2 }
    }

    @Test("Behind a piece that was refused none is taken, and the connection ends")
    func furtherPiece() throws {
        let receiver = try self.receiver()
        defer { receiver.stop() }
        let offer = Self.offer([1, 2, 3, 4])
        let peer = try FakePeer.coordinator("127.0.0.1:\(try #require(receiver.port))", self.token) {
            connection,
            message in
            guard case .fetch = message else { return }
            connection.send(.piece(1, [2]))
            connection.send(.piece(0, [1]))
        } begin: { connection in
            connection.send(.offer(offer))
        }
        defer { peer.stop() }
        try Rendezvous().wait("it is shut out") { !peer.ends.isEmpty }
        #expect(self.cached.isEmpty)
    }
}

#endif
