// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibCluster
import NIOCore
import NIOEmbedded
import NIOSSL
import Testing
import X509

@testable import JoblibTCP

/// How much whoever has proved nothing may send.
@Suite("What strangers may send", .timeLimit(.minutes(1)))
struct StrangerLimitTests {
    private let token = ClusterToken.generate()

    /// A channel as it is when somebody has dialled.
    private func listen(on loop: EmbeddedEventLoop) throws -> EmbeddedChannel {
        let security = try ClusterTLS(self.token, .coordinator)
        let handling = GuestHandling(
            greeting: .ofThisProcess(role: .coordinator, slots: 0),
            security: security,
            loop: loop,
            makeGuest: { _, _, _ in fatalError("it has proved nothing") }
        )
        let handler = GreetingHandler(handling, isServer: true, limit: .seconds(5)) { _ in }
        let channel = EmbeddedChannel(loop: loop)
        try channel.greet(security.serverHandler(), handler)
        channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 7077), promise: nil)
        return channel
    }

    @Test("S13: a hundred certificates are not heard to their end")
    func longChain() throws {
        let loop = EmbeddedEventLoop()
        let server = try self.listen(on: loop)
        let other = try ClusterAuthority(.generate())
        var identity = try ForgedIdentity(issuer: other.certificate, issuerKey: other.privateKey)
        identity.intermediates = [Certificate](repeating: other.certificate, count: 150)
        let configuration = try identity.configuration(isServer: false)
        let client = EmbeddedChannel(loop: loop)
        try client.pipeline.syncOperations.addHandler(
            NIOSSLClientHandler(context: NIOSSLContext(configuration: configuration), serverHostname: nil)
        )
        client.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 7077), promise: nil)
        var (sent, heard) = (0, 0)
        var isMoving = true
        while isMoving {
            isMoving = false
            while let bytes = try server.readOutbound(as: ByteBuffer.self) {
                isMoving = true
                _ = try? client.writeInbound(bytes)
            }
            while var bytes = try client.readOutbound(as: ByteBuffer.self) {
                isMoving = true
                sent += bytes.readableBytes
                while server.isActive, let piece = bytes.readSlice(length: min(bytes.readableBytes, 1024)),
                    piece.readableBytes > 0
                {
                    heard += piece.readableBytes
                    _ = try? server.writeInbound(piece)
                }
            }
        }
        #expect(sent > StrangerLimit.byteCount * 3 / 2)
        #expect(!server.isActive && heard > StrangerLimit.byteCount && heard <= StrangerLimit.byteCount + 1024)
    }

    @Test("S1: and is not read more than four kilobytes at once, nor limited once it is trusted")
    func trust() throws {
        var allocator: any RecvByteBufferAllocator = Transport.receiveSizeOfStrangers
        for _ in 0..<10 {
            let buffer = allocator.buffer(allocator: ByteBufferAllocator())
            #expect(buffer.capacity <= 4096)
            _ = allocator.record(actualReadBytes: buffer.capacity)
        }
        let channel = try self.listen(on: EmbeddedEventLoop())
        #expect(throws: Never.self) { try channel.pipeline.syncOperations.handler(type: StrangerLimit.self) }
        channel.trust()
        #expect(throws: (any Error).self) { try channel.pipeline.syncOperations.handler(type: StrangerLimit.self) }
        let size = try channel.syncOptions?.getOption(.recvAllocator)
        #expect(size is AdaptiveRecvByteBufferAllocator)
        channel.abort()
    }
}

#endif
