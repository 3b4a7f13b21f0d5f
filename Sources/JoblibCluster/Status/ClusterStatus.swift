// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// How a cluster is, as the coordinator that has it, or one of its hosts, tells whoever asks.
public struct ClusterStatus: Codable, Equatable, Sendable {
    /// Who answers.
    public enum Teller: String, Codable, Sendable {
        /// A process with the loop, which tells of all its hosts.
        case coordinator

        /// A host, which tells of itself.
        case host
    }

    /// The machine and the process that answer, such as `"node7:4711"`.
    public var name: String

    /// What that is.
    public var teller: Teller

    /// The hosts, in the order in which they came; of more than a thousand the first ones.
    public var hosts: [HostStatus]

    /// How many hosts are left out, from 0.
    public var omittedCount: Int

    /// Makes a status.
    ///
    /// - Parameters:
    ///   - name: Who answers.
    ///   - teller: What that is.
    ///   - hosts: The hosts, of which those beyond the thousandth are left out.
    public init(name: String, teller: Teller, hosts: [HostStatus]) {
        self.name = name
        self.teller = teller
        self.hosts = Array(hosts.prefix(Self.largestHostCount))
        self.omittedCount = hosts.count - self.hosts.count
    }

    static let largestHostCount = 1000

    /// The same, as it can be shown on a terminal; `nil` where it says what cannot be.
    var checked: ClusterStatus? {
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

/// How a host is.
public struct HostStatus: Codable, Equatable, Sendable {
    /// The machine, the process, and where it is connected from, such as `"node7:4711 at 10.0.0.7:50312"`.
    public var name: String

    /// How many workers it has, from 1.
    public var slots: Int

    /// How many of its workers have a task, from 0.
    public var running: Int

    /// How many tasks have returned there since the host was started.
    public var done: UInt64

    /// How many have failed there: thrown, run out of time, or ended their worker.
    public var failed: UInt64

    /// How many bytes it has received over its connection.
    public var bytesIn: UInt64

    /// How many bytes it has sent over its connection.
    public var bytesOut: UInt64

    /// How long a word to it and back takes, in nanoseconds; `nil` where that is not known.
    public var roundTrip: UInt64?

    /// Whether it takes no task any more, and ends when those are done that it has.
    public var isDraining: Bool

    /// Makes a status.
    public init(
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
