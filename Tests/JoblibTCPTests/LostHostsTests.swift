// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Glibc
import Joblib
import JoblibTCP
import Testing

/// Hosts with many workers that are lost, with all that they had; numbers 57 and 59 of docs/security.md.
@Suite("Hosts with many workers that are lost", .timeLimit(.minutes(2)), .serialized)
struct LostHostsTests {
    private static let slots = 12

    init() { registerTCPBackend() }

    @Test(
        "57, 59: the loss of the only host is one loss, however many batches it had, and the call goes on when it is back"
    )
    func onlyHost() throws {
        let hosts = try TestCluster(1, slots: Self.slots)
        let proxy = try FaultProxy(to: hosts.addresses[0])
        defer { proxy.stop() }
        let cluster = TestCluster([proxy.address], hosts.token)
        let rendezvous = Rendezvous()
        let call = BackgroundCall { try cluster.parallel(Self.slots)((0..<40).map { Delayed(Held($0, rendezvous)) }) }
        try rendezvous.waitForBegun(Self.slots)
        // No task has ended, so nothing has come of it that the call could know of.
        proxy.cut(.reset)
        try rendezvous.wait("as many begin again, or the call is over: \(hosts.hosts[0].text)") {
            rendezvous.begun.count >= 2 * Self.slots || call.isOver
        }
        rendezvous.open()
        #expect(try call.value().allSatisfy { $0 > 0 })
        #expect(proxy.connectionCount == 2, "\(hosts.hosts[0].text)")
    }

    @Test("57: a host that is lost each time leaves its call without hosts in the end, and not without end")
    func again() throws {
        let hosts = try TestCluster(1, slots: Self.slots)
        let proxy = try FaultProxy(to: hosts.addresses[0])
        defer { proxy.stop() }
        let cluster = TestCluster([proxy.address], hosts.token)
        let rendezvous = Rendezvous()
        let call = BackgroundCall {
            try cluster.parallel(Self.slots, .hostTimeout(.milliseconds(500)))(
                (0..<40).map { Delayed(Held($0, rendezvous)) }
            )
        }
        var count = 0
        try rendezvous.wait("the call is over", within: 60) {
            if rendezvous.begun.count >= count + Self.slots {
                count = rendezvous.begun.count
                proxy.cut(.reset)
            }
            return call.isOver
        }
        let error = try #require(throws: (any Error).self) { try call.value() }
        #expect(["noWorkers", "workerLost"].contains { "\(error)".contains($0) }, "\(error)")
        #expect(proxy.connectionCount <= 20, "\(error)")
    }
}

#endif
