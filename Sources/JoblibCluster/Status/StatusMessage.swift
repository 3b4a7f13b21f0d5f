// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// How a cluster is, as it is said in a message; what people's programs are given of it is a type of the backend's own.
package struct StatusMessage: Codable, Equatable, Sendable {
    /// Who answers.
    package enum Teller: String, Codable, Sendable {
        /// A process with the loop, which tells of all its hosts.
        case coordinator

        /// A host, which tells of itself.
        case host
    }

    /// How a host is.
    package struct Host: Codable, Equatable, Sendable {
        package var name: String
        package var slots: Int
        package var running: Int
        package var done: UInt64
        package var failed: UInt64
        package var bytesIn: UInt64
        package var bytesOut: UInt64

        /// In nanoseconds.
        package var roundTrip: UInt64?
        package var isDraining: Bool

        package init(
            name: String,
            slots: Int,
            running: Int = 0,
            done: UInt64 = 0,
            failed: UInt64 = 0,
            bytesIn: UInt64 = 0,
            bytesOut: UInt64 = 0,
            roundTrip: UInt64? = nil,
            isDraining: Bool = false
        ) {
            self.name = name
            self.slots = slots
            self.running = running
            self.done = done
            self.failed = failed
            self.bytesIn = bytesIn
            self.bytesOut = bytesOut
            self.roundTrip = roundTrip
            self.isDraining = isDraining
        }
    }

    /// The machine and the process that answer.
    package var name: String
    package var teller: Teller

    /// The hosts, in the order in which they came; of more than a thousand the first ones.
    package var hosts: [Host]

    /// How many hosts are left out, from 0.
    package var omittedCount: Int

    /// Makes a status; of the hosts those beyond the thousandth are left out.
    package init(name: String, teller: Teller, hosts: [Host]) {
        self.name = name
        self.teller = teller
        self.hosts = Array(hosts.prefix(Self.largestHostCount))
        self.omittedCount = hosts.count - self.hosts.count
    }

    static let largestHostCount = 1000

    /// The same, as it can be shown on a terminal; `nil` where it says what cannot be.
    var checked: StatusMessage? {
        guard self.hosts.count <= Self.largestHostCount, self.omittedCount >= 0 else { return nil }
        var status = self
        status.name = self.name.printable(200)
        for index in status.hosts.indices {
            guard status.hosts[index].slots >= 0, status.hosts[index].running >= 0 else { return nil }
            status.hosts[index].name = status.hosts[index].name.printable(200)
        }
        return status
    }
}
