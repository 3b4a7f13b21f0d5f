// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

// Nothing else of this package, as in a program of a user's: members of types of another module would not be found.
import JoblibTCP
import Testing

@Suite("What a program reads of a status that imports JoblibTCP alone", .timeLimit(.minutes(1)))
struct ObserverTypesTests {
    private func lines(_ status: ClusterStatus) -> [String] {
        status.hosts.map { host in
            let share = host.running * 100 / max(host.slots, 1)
            let slow = host.roundTrip.map { $0 > .milliseconds(100) } ?? false
            return "\(host.name): \(share) %\(slow ? ", far away" : "")\(host.isDraining ? ", about to end" : "")"
        }
    }

    private func follow(_ address: String, _ token: ClusterToken) throws {
        try ClusterObserver.follow(address, .token(token), every: .seconds(1)) { status in
            for line in self.lines(status) { print(line) }
            return status.teller == .coordinator && status.omittedCount == 0
        }
    }

    @Test("is all of it")
    func members() {
        let host = HostStatus(name: "a", slots: 4, running: 2, roundTrip: .seconds(1), isDraining: true)
        let status = ClusterStatus(name: "desk", teller: .coordinator, hosts: [host])
        #expect(self.lines(status) == ["a: 50 %, far away, about to end"])
        #expect("\(status.teller) \(ClusterStatus.Teller.host)" == "coordinator host")
    }
}

#endif
