// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Foundation
import Glibc
import Joblib
import NIOCore
import Testing

@testable import JoblibTCP

/// Who has to go when there are too many of whom nothing is known.
@Suite("Too many strangers", .timeLimit(.minutes(2)), .serialized)
struct StrangerQueueTests {
    init() { registerTCPBackend() }

    @Test("The oldest goes of the source that has most")
    func flood() {
        var queue = StrangerQueue<Int>(largestCount: 4)
        #expect(queue.add(1, from: "honest") == nil)
        for id in 2...4 { #expect(queue.add(id, from: "flood") == nil) }
        #expect(queue.add(5, from: "flood") == 2)
        #expect(queue.add(6, from: "honest") == 3)
        // Two and two: the oldest of them.
        #expect(queue.add(7, from: "other") == 1)
        #expect(queue.count == 4)
    }

    @Test("Where each source has one, the oldest goes")
    func many() {
        var queue = StrangerQueue<Int>(largestCount: 2)
        #expect(queue.add(1, from: "a") == nil && queue.add(2, from: "b") == nil)
        #expect(queue.add(3, from: "c") == 1)
        queue.remove(2)
        queue.remove(2)
        #expect(queue.add(4, from: "d") == nil)
        #expect(queue.add(5, from: "e") == 3)
    }

    @Test("A source is an address, and with IPv6 a network of 64 bits")
    func sources() throws {
        func source(_ address: String) throws -> String { try SocketAddress(ipAddress: address, port: 7).source }
        #expect(try source("10.0.0.1") != source("10.0.0.2"))
        #expect(try source("2001:db8:1:2:3:4:5:6") == source("2001:db8:1:2::9"))
        #expect(try source("2001:db8:1:2::9") != source("2001:db8:1:3::9"))
        #expect(try source("::ffff:10.0.0.1") == source("10.0.0.1"))
        #expect(try source("::ffff:10.0.0.2") != source("::ffff:10.0.0.1"))
    }

    @Test("A flood from one address does not end a handshake of another address that takes its time")
    func addresses() throws {
        let hosts = try TestCluster(1)
        let port = hosts.addresses[0].split(separator: ":").last.flatMap { Int($0) } ?? 0
        let proxy = try FaultProxy(to: hosts.addresses[0])
        defer { proxy.stop() }
        proxy.stall()
        let cluster = TestCluster([proxy.address], hosts.token)
        let call = BackgroundCall { try cluster.isWell(2) }
        // The host has its connection, and has heard nothing on it.
        try Rendezvous().wait("it is dialled") { proxy.connectionCount == 1 }
        let flood = (0..<300).map { _ in Sockets.connect(toPort: port, from: 0x7f00_0002) }
        defer { for descriptor in flood { close(descriptor) } }
        // Those that the host has closed for it; the rest is in its queue of 64.
        try Rendezvous().wait("the flood is shut out") { flood.count { Sockets.isClosed($0) } >= 300 - 64 }
        proxy.resume()
        #expect(try call.value())
        #expect(proxy.connectionCount == 1, "it was pushed out, and has dialled again")
    }
}

#endif
