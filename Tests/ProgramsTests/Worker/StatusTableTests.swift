// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibTCP
import Testing

@testable import joblib_worker

@Suite("The table of a cluster's status", .timeLimit(.minutes(1)))
struct StatusTableTests {
    @Test("has a line for each host, and a sum of several")
    func table() {
        let one = HostStatus(
            name: "node7:4711 at 10.0.0.7:50312",
            slots: 8,
            running: 3,
            done: 1234,
            failed: 5,
            bytesIn: 1_234_567,
            bytesOut: 999,
            roundTrip: .microseconds(1250)
        )
        let other = HostStatus(name: "node8:1", slots: 2, isDraining: true)
        let status = ClusterStatus(name: "desk:1", teller: .coordinator, hosts: [one, other])
        #expect(
            StatusTable(status).lines == [
                "coordinator desk:1",
                "host                          workers  running  done  failed      in    out  round trip  state",
                "node7:4711 at 10.0.0.7:50312        8        3  1234       5  1.2 MB  999 B      1.3 ms  ready",
                "node8:1                             2        0     0       0     0 B    0 B           -  draining",
                "2 hosts                            10        3  1234       5  1.2 MB  999 B",
            ]
        )
        #expect(StatusTable(ClusterStatus(name: "node8:1", teller: .host, hosts: [other])).lines.count == 3)
    }

    @Test("says what it leaves out")
    func omission() {
        let hosts = (0..<1003).map { HostStatus(name: "h\($0)", slots: 1) }
        let status = ClusterStatus(name: "c", teller: .coordinator, hosts: Array(hosts.prefix(1000)), omittedCount: 3)
        let lines = StatusTable(status).lines
        #expect(lines.last == "and 3 hosts that are not shown, nor counted")
    }

    @Test(
        "has numbers that are easy to read",
        arguments: [
            (0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (99_949, "99.9 kB"), (99_950, "100 kB"), (999_499, "999 kB"),
            (999_500, "1.0 MB"), (UInt64.max, "18.4 EB"),
        ] as [(UInt64, String)]
    )
    func bytes(_ count: UInt64, _ text: String) {
        #expect(StatusTable.bytes(count) == text)
    }

    @Test("has times in milliseconds")
    func times() {
        #expect(StatusTable.time(nil) == "-")
        #expect(StatusTable.time(.microseconds(40)) == "0.0 ms")
        #expect(StatusTable.time(.microseconds(1250)) == "1.3 ms")
        #expect(StatusTable.time(.seconds(2)) == "2000 ms")
    }
}

#endif
