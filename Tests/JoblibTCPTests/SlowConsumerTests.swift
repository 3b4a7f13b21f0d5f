// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Foundation
import Glibc
import Joblib
import JoblibPOSIX
import JoblibTCP
import Testing

/// What a consumer that takes its time costs.
@Suite("Slow consumers", .timeLimit(.minutes(5)), .serialized)
struct SlowConsumerTests {
    private static let count = 300

    /// Much less than all results have together, and more than the window and the inbox may hold.
    private static let limit = 150 << 20

    init() { registerTCPBackend() }

    @Test(
        "Results of a megabyte wait with the hosts, and not in the memory of who takes them slowly",
        arguments: [
            true, false,
        ]
    )
    func stream(isOrdered: Bool) throws {
        let hosts = try TestCluster(1, slots: 2)
        let relay = try CountingRelay(to: hosts.addresses[0])
        let cluster = TestCluster([relay.address], hosts.token)
        #expect(try cluster.isWell(2))
        let before = ProcessHoldings().memory
        let tasks = (0..<Self.count).map { Delayed(Blank(count: 1 << 20, value: UInt8(truncatingIfNeeded: $0))) }
        let results = try cluster.parallel(2)(tasks, returnAs: isOrdered ? .generator : .generatorUnordered)
        var count = 0
        var most = 0
        while let result = try results.next() {
            #expect(result.count == 1 << 20)
            if isOrdered { #expect(result.last == UInt8(truncatingIfNeeded: count)) }
            count += 1
            guard count % 100 == 1 else { continue }
            // Until nothing more comes, as if there were no end to its pause.
            var seen = -1
            try Rendezvous()
                .wait("the hosts have stopped") {
                    usleep(100_000)
                    defer { seen = relay.fromHost }
                    return relay.fromHost == seen
                }
            #expect(relay.fromHost < (count << 20) + Self.limit)
            most = max(most, ProcessHoldings().memory - before)
        }
        #expect(count == Self.count)
        #expect(most < Self.limit, "\(most >> 20) MiB more than before")
    }
}

/// So many bytes that are the same: nothing of these tests is about how long it takes to make them.
struct Blank: PortableTask {
    var count: Int
    var value: UInt8

    func run() -> [UInt8] { [UInt8](repeating: self.value, count: self.count) }
}

#endif
