// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Foundation
import Glibc
import Joblib
import JoblibTCP
import Testing

/// More strangers than a host has descriptors for; S14 of docs/security.md.
@Suite("Crowds of strangers", .timeLimit(.minutes(2)), .serialized)
struct StrangerCrowdTests {
    private static let descriptorLimit = 80

    init() { registerTCPBackend() }

    private func descriptorCount(of pid: Int32) -> Int {
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd").count) ?? 0
    }

    @Test("S14: a host whose descriptors strangers have all taken goes on with its call, and then serves the next one")
    func noDescriptors() throws {
        let cluster = try TestCluster(1, ["JOBLIB_TEST_BEFORE": "ulimit -n \(Self.descriptorLimit)"])
        let host = cluster.hosts[0]
        let pid = try host.pid
        let rendezvous = Rendezvous()
        let call = BackgroundCall { try cluster.parallel(2)((0..<20).map { Delayed(Held($0, rendezvous)) }) }
        try rendezvous.waitForBegun(2)
        let port = cluster.addresses[0].split(separator: ":").last.flatMap { Int($0) } ?? 0
        let strangers = (0..<400).map { _ in Sockets.connect(toPort: port) }
        defer { for stranger in strangers where stranger >= 0 { close(stranger) } }
        try rendezvous.wait("it has no descriptor left: \(host.text)") {
            self.descriptorCount(of: pid) >= Self.descriptorLimit
        }
        rendezvous.open()
        #expect(try call.value().allSatisfy { $0 > 0 })
        #expect(host.text.ranges(of: ": works for").count == 1, "\(host.text)")
        for stranger in strangers { shutdown(stranger, Int32(SHUT_RDWR)) }
        // Another coordinator, as another interval makes it, has to be accepted.
        var next = TestCluster(cluster.addresses, cluster.token)
        next.heartbeat = .milliseconds(450)
        #expect(try next.isWell(2))
        #expect(try host.pid == pid)
    }
}

#endif
