// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Foundation
import Joblib
import JoblibTCP
import Testing

/// How soon each end of a link that has gone silent acts on it: numbers 57 to 60 of docs/security.md.
///
/// Intervals are of 0.2 s, so that what is promised is 0.6 s, and tried at five times that.
@Suite("Links that are silent", .timeLimit(.minutes(2)), .serialized)
struct SilenceTests {
    private static let interval = Duration.milliseconds(200)
    private static let limit = Self.interval * 3 * 5

    init() { registerTCPBackend() }

    private func cluster(_ addresses: [String], _ token: ClusterToken) -> TestCluster {
        var cluster = TestCluster(addresses, token)
        cluster.heartbeat = Self.interval
        return cluster
    }

    @Test("A host whose coordinator is silent says so, and ends its tasks, at that very moment")
    func host() throws {
        let hosts = try TestCluster(1, slots: 1)
        let proxy = try FaultProxy(to: hosts.addresses[0])
        defer { proxy.stop() }
        let cluster = self.cluster([proxy.address], hosts.token)
        let rendezvous = Rendezvous()
        let call = BackgroundCall {
            try cluster.parallel(1, .hostTimeout(.milliseconds(300)))([Delayed(Held(0, rendezvous))])
        }
        try rendezvous.waitForBegun(1)
        let start = ContinuousClock.now
        proxy.stall()
        try hosts.hosts[0].wait(for: "no longer works for")
        // TLS alone would have waited for five seconds more.
        #expect(ContinuousClock.now - start < Self.limit)
        #expect(hosts.hosts[0].text.contains("nothing was heard of it for 0.6 s"), "\(hosts.hosts[0].text)")
        #expect(throws: ParallelError.self) { try call.value() }
    }

    @Test("What a host had that is silent runs elsewhere at that very moment")
    func coordinator() throws {
        let hosts = try TestCluster(2, slots: 1)
        let proxy = try FaultProxy(to: hosts.addresses[0])
        defer { proxy.stop() }
        let cluster = self.cluster([proxy.address, hosts.addresses[1]], hosts.token)
        let rendezvous = Rendezvous()
        let silent = try hosts.hosts[0].pid
        let call = BackgroundCall { try cluster.parallel(2)((0..<2).map { Delayed(Held($0, rendezvous)) }) }
        try rendezvous.waitForBegun(2)
        let lost = try #require(rendezvous.begun.first { parentProcess(of: $0.pid) == silent })
        rendezvous.open(1 - lost.index)
        let start = ContinuousClock.now
        proxy.stall()
        try rendezvous.wait("it begins elsewhere") { rendezvous.begun.count { $0.index == lost.index } == 2 }
        #expect(ContinuousClock.now - start < Self.limit)
        rendezvous.open()
        #expect(try call.value().count == 2)
    }
}

#endif
