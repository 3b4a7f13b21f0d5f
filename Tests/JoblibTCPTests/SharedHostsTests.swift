// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Foundation
import Joblib
import JoblibCluster
import NIOCore
import NIOEmbedded
import Testing

@testable import JoblibTCP

/// Hosts that two coordinators want, and hosts that one coordinator knows by two names.
///
/// Calls of this process with other intervals are other coordinators to a host, as those of another process are.
@Suite("Hosts that are wanted twice", .timeLimit(.minutes(2)), .serialized)
struct SharedHostsTests {
    init() { registerTCPBackend() }

    private func another(_ cluster: TestCluster, _ heartbeat: Duration = .milliseconds(400)) -> TestCluster {
        var other = cluster
        other.heartbeat = heartbeat
        return other
    }

    @Test("One whose coordinator has no call open serves another one, and the first again when that has none")
    func turns() throws {
        let first = try TestCluster(1)
        let second = self.another(first)
        for _ in 0..<2 {
            #expect(try first.isWell(2))
            #expect(try second.isWell(2))
        }
        #expect(first.hosts[0].text.contains("it has nothing to do there, and "), "\(first.hosts[0].text)")
        // It has left, and was not lost.
        #expect(first.hosts[0].text.ranges(of: ": works for").count == 4, "\(first.hosts[0].text)")
    }

    @Test("One whose coordinator has a call open keeps it, and the other's call begins when that is over")
    func patience() throws {
        let first = try TestCluster(1, slots: 1)
        let second = self.another(first)
        let rendezvous = Rendezvous()
        let call = BackgroundCall { try first.parallel(1)([Delayed(Held(0, rendezvous))]) }
        try rendezvous.waitForBegun(1)
        let short = BackendParameter.waitForWorkers(within: .milliseconds(500))
        let error = try #require(throws: ParallelError.self) {
            try second.parallel(nil, short)([Delayed(Root(of: 1))])
        }
        #expect(error.code == .noWorkers && error.detail.contains("works for"), "\(error)")
        let other = BackgroundCall { try second.isWell(1) }
        #expect(!call.isOver && !other.isOver)
        rendezvous.open()
        #expect(try call.value().count == 1)
        #expect(try other.value())
    }

    @Test("A pool is a call that is open: it keeps its hosts between its loops")
    func pool() throws {
        let first = try TestCluster(1, slots: 1)
        let second = self.another(first)
        let short = BackendParameter.waitForWorkers(within: .seconds(2))
        try first.parallel(1)
            .withPool { pool in
                let before: [Double] = try pool([Delayed(Root(of: 4))])
                #expect(before == [2])
                #expect(throws: ParallelError.self) { try second.parallel(nil, short)([Delayed(Root(of: 1))]) }
                let after: [Double] = try pool([Delayed(Root(of: 9))])
                #expect(after == [3])
            }
        #expect(try second.isWell(1))
    }

    @Test("One that is known by two names is there by the first, and it is said which that is")
    func twoNames() throws {
        let hosts = try TestCluster(1, slots: 2)
        let port = hosts.addresses[0].split(separator: ":")[1]
        let names = ["localhost:\(port)", "127.0.0.1:\(port)"]
        let cluster = TestCluster(names, hosts.token)
        #expect(try cluster.isWell(2))
        let wait = BackendParameter.waitForWorkers(atLeast: 3, within: .seconds(2))
        let error = try #require(throws: ParallelError.self) {
            try cluster.parallel(nil, wait)([Delayed(Root(of: 1))])
        }
        #expect(error.detail.contains("2 came") && error.detail.contains("; name each host once"), "\(error)")
        #expect(names.contains { error.detail.contains("is here already, as \($0)") }, "\(error)")
        #expect(try cluster.isWell(2))
        // Not once has one connection ended the other.
        #expect(hosts.hosts[0].text.ranges(of: ": works for").count == 1, "\(hosts.hosts[0].text)")
    }

    @Test("One that two coordinators want who make no use of it is not passed to and fro")
    func idlers() throws {
        let token = ClusterToken.generate()
        let host = try HostRun.listening(slots: 1, token)
        let first = try FakePeer.coordinator(host.address, token) { _ in }
        defer { first.stop() }
        try host.wait(for: "works for")
        let second = try FakePeer.coordinator(host.address, token) { _ in }
        defer { second.stop() }
        let begin = ContinuousClock.now
        try Rendezvous().wait("it is the second one's") { host.text.ranges(of: ": works for").count == 2 }
        // Each asks again within two or three seconds, and each was idle for one.
        Thread.sleep(forTimeInterval: 4)
        #expect(host.text.ranges(of: ": works for").count == 2 || ContinuousClock.now - begin > .seconds(9))
    }

    @Test("One that has dialled a second time may take the place of its first connection, which it has given up")
    func dialledAgain() throws {
        let claims = HostClaims()
        let channels = [EmbeddedChannel(), EmbeddedChannel()]
        for channel in channels {
            channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 7077), promise: nil)
        }
        let host = Greeting.ofThisProcess(role: .host, slots: 1)
        #expect(claims.refusal(of: host, at: "10.0.0.7:1", over: channels[0], mayReplace: true) == nil)
        #expect(claims.refusal(of: host, at: "10.0.0.7:2", over: channels[1])?.code == .present)
        #expect(claims.refusal(of: host, at: "10.0.0.7:2", over: channels[1], mayReplace: true) == nil)
        // It is by the second one that it is there.
        channels[0].abort()
        #expect(claims.refusal(of: host, at: "10.0.0.7:3", over: channels[1])?.code == .present)
    }

    @Test("One whose coordinator connects again keeps nothing of the connection before")
    func again() throws {
        let token = ClusterToken.generate()
        let host = try HostRun.listening(slots: 1, token)
        let security = try ClusterTLS(token, .coordinator)
        let first = try FakePeer.coordinator(host.address, token, security: security) { connection in
            // With a session, so that nobody else may have the host.
            connection.send(.open(1, workers: 1, parameters: []))
        }
        try host.wait(for: "works for")
        let rendezvous = Rendezvous()
        try rendezvous.wait("it is served") {
            first.received.contains { if case .refused = $0 { true } else { false } }
        }
        let second = try FakePeer.coordinator(host.address, token, security: security) { _ in }
        try host.wait(for: "its coordinator has connected again")
        try rendezvous.wait("the first connection ends") { !first.ends.isEmpty }
        first.stop()
        second.stop()
        #expect(try TestCluster([host.address], token).isWell(1))
    }

    @Test("An address where hosts dial in serves calls with other settings, one after the other")
    func listening() throws {
        let token = ClusterToken.generate()
        let address = "127.0.0.1:\(Sockets.closedPort())"
        let host = try HostRun.dialling(address, slots: 1, token)
        @Sendable func parallel(_ interval: Duration) -> Parallel {
            Parallel(
                backend: .tcp,
                backendParams: [
                    .listen(address), .token(token), .heartbeatInterval(interval),
                    .waitForWorkers(within: .seconds(30)),
                ]
            )
        }
        for milliseconds in [500, 400, 500] {
            #expect(try parallel(.milliseconds(milliseconds))([Delayed(Root(of: 9))]) == [3], "\(host.text)")
        }
        let rendezvous = Rendezvous()
        let call = BackgroundCall { try parallel(.milliseconds(500))([Delayed(Held(0, rendezvous))]) }
        try rendezvous.waitForBegun(1)
        let error = try #require(throws: ParallelError.self) {
            try parallel(.milliseconds(400))([Delayed(Root(of: 9))])
        }
        #expect(error.code == .startupFailed && error.detail.contains("another call of this program"), "\(error)")
        rendezvous.open()
        #expect(try call.value().count == 1)
    }
}

#endif
