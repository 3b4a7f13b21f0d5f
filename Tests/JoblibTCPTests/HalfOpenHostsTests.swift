// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Foundation
import Glibc
import Joblib
import JoblibTCP
import Testing

/// Connections that one end alone knows to be over; number 60 of docs/security.md.
///
/// Heartbeats are so rare that silence ends nothing here in less than minutes.
@Suite("Links that are half open", .timeLimit(.minutes(2)), .serialized)
struct HalfOpenHostsTests {
    private static let interval = Duration.seconds(60)

    init() { registerTCPBackend() }

    @Test("60: a host that dials again takes the place of its connection that its coordinator believes in")
    func dialling() throws {
        let token = ClusterToken.generate()
        let address = "127.0.0.1:\(Sockets.closedPort())"
        let relay = try HalfOpenRelay(to: address)
        let rendezvous = Rendezvous()
        let call = BackgroundCall {
            try Parallel(
                backend: .tcp,
                preDispatch: .all,
                batchSize: 1,
                backendParams: [
                    .listen(address), .token(token), .heartbeatInterval(Self.interval),
                    .waitForWorkers(within: .seconds(30)),
                ]
            )((0..<20).map { Delayed(Held($0, rendezvous)) })
        }
        // There is nobody to pass a connection on to before that.
        try rendezvous.wait("the coordinator listens") {
            let probe = Sockets.connect(toPort: Int(address.split(separator: ":")[1]) ?? 0)
            if probe >= 0 { close(probe) }
            return probe >= 0
        }
        let host = try HostRun.dialling(relay.address, slots: 1, token)
        try rendezvous.waitForBegun(1)
        relay.halve()
        try rendezvous.wait("it has another task, or the same one: \(host.text)") { rendezvous.begun.count >= 2 }
        // Not one of those that its worker had ahead, when nobody wanted them of it any more.
        #expect(relay.connectionCount == 2 && rendezvous.begun.count == 2, "\(host.text)")
        // The coordinator has ended the first one, to which its own heartbeats have gone until then.
        try rendezvous.wait("the first connection ends") { relay.isEnded(0) }
        #expect(!relay.isEnded(1))
        rendezvous.open()
        // -1 would be the answer of the task that was ended.
        let pids = try call.value()
        #expect(pids.allSatisfy { $0 > 0 }, "\(pids)")
        #expect(host.text.ranges(of: ": works for").count == 2, "\(host.text)")
    }

    @Test("60: a coordinator that dials again gets its host back from its connection that the host believes in")
    func dialled() throws {
        let hosts = try TestCluster(1, slots: 1)
        let relay = try HalfOpenRelay(to: hosts.addresses[0])
        var cluster = TestCluster([relay.address], hosts.token)
        cluster.heartbeat = Self.interval
        let rendezvous = Rendezvous()
        let call = BackgroundCall { [cluster] in
            try cluster.parallel(1)((0..<3).map { Delayed(Held($0, rendezvous)) })
        }
        try rendezvous.waitForBegun(1)
        relay.halve()
        try hosts.hosts[0].wait(for: "its coordinator has connected again")
        try rendezvous.wait("it has another task, or the same one: \(hosts.hosts[0].text)") {
            rendezvous.begun.count == 2
        }
        #expect(relay.connectionCount == 2, "\(hosts.hosts[0].text)")
        try rendezvous.wait("the first connection ends") { relay.isEnded(0) }
        rendezvous.open()
        // -1 would be the answer of the task that was ended.
        let pids = try call.value()
        #expect(pids.allSatisfy { $0 > 0 }, "\(pids)")
    }

    @Test("60: without encryption nobody takes the place of a connection, and a host comes back when that has ended")
    func plaintext() throws {
        let address = "127.0.0.1:\(Sockets.closedPort())"
        let relay = try HalfOpenRelay(to: address)
        let rendezvous = Rendezvous()
        let call = BackgroundCall {
            try Parallel(
                backend: .tcp,
                batchSize: 1,
                backendParams: [
                    .listen(address), .plaintextOnLoopback(true), .heartbeatInterval(Self.interval),
                    .waitForWorkers(within: .seconds(30)),
                ]
            )((0..<2).map { Delayed(Held($0, rendezvous)) })
        }
        try rendezvous.wait("the coordinator listens") {
            let probe = Sockets.connect(toPort: Int(address.split(separator: ":")[1]) ?? 0)
            if probe >= 0 { close(probe) }
            return probe >= 0
        }
        let host = try HostRun.dialling(relay.address, slots: 1, nil)
        try rendezvous.waitForBegun(1)
        relay.halve()
        // Anybody could say its number.
        try host.wait(for: "is here already, as ")
        #expect(rendezvous.begun.count == 1)
        relay.finish(0)
        try rendezvous.wait("it has another task, or the same one: \(host.text)") { rendezvous.begun.count == 2 }
        rendezvous.open()
        #expect(try call.value().allSatisfy { $0 > 0 })
    }
}

#endif
