// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Glibc
import Joblib
import JoblibPOSIX
import JoblibTCP
import Testing

/// Large results that somebody, or something, takes slowly.
@Suite("Large results that are on their way for long", .timeLimit(.minutes(5)), .serialized)
struct SlowResultsTests {
    init() { registerTCPBackend() }

    /// How many bytes a result has.
    private static let byteCount = 8 << 20

    @Test(
        "wait with the hosts, and not in the memory of who takes them slowly",
        arguments: [true, false]
    )
    func consumer(isOrdered: Bool) throws {
        let hosts = try TestCluster(1, slots: 2)
        let relay = try CountingRelay(to: hosts.addresses[0])
        let cluster = TestCluster([relay.address], hosts.token)
        #expect(try cluster.isWell(2))
        let before = ProcessHoldings().memory
        let tasks = (0..<80).map { Delayed(MakeArray(start: $0, count: Self.byteCount / 8)) }
        let results = try cluster.parallel(2)(tasks, returnAs: isOrdered ? .generator : .generatorUnordered)
        var (count, most, sum) = (0, 0, 0.0)
        while let result = try results.next() {
            if isOrdered { #expect(result.first == Double(count)) }
            #expect(result.count == Self.byteCount / 8)
            sum += result[0]
            count += 1
            guard count % 20 == 1 else { continue }
            var seen = -1
            try Rendezvous()
                .wait("the hosts have stopped") {
                    usleep(100_000)
                    defer { seen = relay.fromHost }
                    return relay.fromHost == seen
                }
            most = max(most, ProcessHoldings().memory - before)
        }
        #expect(count == 80 && sum == Double((0..<80).reduce(0, +)))
        // Of 640 MiB.
        #expect(most < 260 << 20, "\(most >> 20) MiB more than before")
    }

    @Test("hold nobody up who has called them off, on a link that takes a second for each eighth of one")
    func callOff() async throws {
        let hosts = try TestCluster(1, slots: 2)
        let proxy = try FaultProxy(to: hosts.addresses[0], .init(bytesPerSecond: 4 << 20))
        defer { proxy.stop() }
        let cluster = TestCluster([proxy.address], hosts.token)
        let tasks = (0..<6).map { Delayed(MakeArray(start: $0, count: 4 << 20)) }
        let call = Task { try await cluster.parallel(2)(tasks) }
        try Rendezvous().wait("the first one is on its way") { proxy.byteCount(.fromHost) > 4 << 20 }
        let start = ContinuousClock.now
        call.cancel()
        await #expect(throws: CancellationError.self) { try await call.value }
        let time = ContinuousClock.now - start
        #expect(time < .seconds(5), "\(time)")
        // Who comes next finds the link free, or has it so in a moment.
        proxy.follow(.init())
        #expect(try cluster.isWell(2))
        #expect(proxy.connectionCount == 1)
    }
}

#endif
