// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Foundation
import Glibc
import Joblib
import JoblibPOSIX
import JoblibTCP
import Synchronization
import Testing

/// What hosts that take nothing cost.
@Suite("Slow hosts", .timeLimit(.minutes(2)), .serialized)
struct SlowHostsTests {
    private static let byteCount = 256 << 20

    /// What a connection may hold, the system's own buffers, and something over.
    private static let limit = 64 << 20

    init() { registerTCPBackend() }

    /// How much memory there is, once that does not change any more.
    private func settledMemory() -> Int {
        var memory = ProcessHoldings().memory
        while true {
            usleep(300_000)
            let now = ProcessHoldings().memory
            if abs(now - memory) < 1 << 20 { return now }
            memory = now
        }
    }

    @Test("An array waits where it is while its host takes nothing, and what nobody wants any more is not sent")
    func stalled() async throws {
        let hosts = try TestCluster(1, slots: 1)
        let proxy = try FaultProxy(to: hosts.addresses[0])
        defer { proxy.stop() }
        var cluster = TestCluster([proxy.address], hosts.token)
        // Nobody is to take the silence for the end.
        cluster.heartbeat = .seconds(20)
        #expect(try cluster.isWell(1))
        let values = unsafe [Double](unsafeUninitializedCapacity: Self.byteCount / 8) { buffer, count in
            unsafe buffer.initialize(repeating: 1)
            count = Self.byteCount / 8
        }
        let (before, begin) = (self.settledMemory(), proxy.byteCount(.toHost))
        proxy.follow(FaultProxy.Script(bytesPerSecond: 4_000_000))
        let call = Task { [cluster] in try await cluster.parallel(1)([Delayed(Look(values: values))]) }
        try Rendezvous().wait("it is being sent") { proxy.byteCount(.toHost) - begin > 1 << 20 }
        proxy.stall([.toHost])
        let most = self.settledMemory() - before
        #expect(most < Self.limit, "\(most >> 20) MiB more than before")
        call.cancel()
        proxy.follow(FaultProxy.Script(bytesPerSecond: 100_000_000))
        proxy.resume()
        await #expect(throws: CancellationError.self) { try await call.value }
        #expect(proxy.byteCount(.toHost) - begin < Self.limit, "\((proxy.byteCount(.toHost) - begin) >> 20) MiB sent")
        #expect(try cluster.isWell(1))
    }

    @Test("No more batches are made than half a gigabyte of them while a host takes nothing")
    func unread() throws {
        let hosts = try TestCluster(1, slots: 8)
        let proxy = try FaultProxy(to: hosts.addresses[0])
        var cluster = TestCluster([proxy.address], hosts.token)
        cluster.heartbeat = .seconds(20)
        cluster.more = [.hostTimeout(.milliseconds(100))]
        #expect(try cluster.isWell(8))
        proxy.stall([.toHost])
        Length.encodings.withLock { $0 = 0 }
        let call = BackgroundCall { [cluster] in
            let text = String(repeating: "x", count: 64 << 20)
            return try cluster.parallel(8)((0..<32).map { _ in Delayed(Length(of: text)) })
        }
        try Rendezvous().wait("each worker has one") { Length.encodings.withLock { $0 } >= 8 }
        _ = self.settledMemory()
        #expect(Length.encodings.withLock { $0 } == 8)
        proxy.stop()
        #expect(throws: ParallelError.self) { try call.value() }
    }

    @Test("Who is sent gigabytes leaves the others their heartbeats")
    func turns() throws {
        let hosts = try TestCluster(3, slots: 1)
        var cluster = TestCluster(hosts.addresses, hosts.token)
        // Two turns of the others take much less, also where nothing is optimized, and all that there is to encrypt much more.
        cluster.heartbeat = .milliseconds(400)
        #expect(try cluster.isWell(3))
        let arrays = (0..<3).map { number in [Double](repeating: Double(number), count: Self.byteCount / 8) }
        let sights = try cluster.parallel(3)(arrays.map { Delayed(Look(values: $0)) })
        #expect(sights.map(\.sum) == [0, 3, 6])
        for host in hosts.hosts { #expect(host.text.ranges(of: ": works for").count == 1, "\(host.text)") }
    }
}

#endif
