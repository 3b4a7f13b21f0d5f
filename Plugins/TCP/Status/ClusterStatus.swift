// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibCluster

/// How a cluster is, as the coordinator that has it, or one of its hosts, tells whoever asks; see ``ClusterObserver``.
public struct ClusterStatus: Equatable, Sendable {
    /// Who answers.
    public struct Teller: Equatable, Sendable, CustomStringConvertible {
        /// What it is called.
        public let description: String

        /// A process with the loop, which tells of all its hosts.
        public static let coordinator: Teller = Teller(description: "coordinator")

        /// A host, which tells of itself.
        public static let host: Teller = Teller(description: "host")
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
    ///   - hosts: The hosts.
    ///   - omittedCount: How many others there are.
    public init(name: String, teller: Teller, hosts: [HostStatus], omittedCount: Int = 0) {
        self.name = name
        self.teller = teller
        self.hosts = hosts
        self.omittedCount = omittedCount
    }
}

/// How a host is.
public struct HostStatus: Equatable, Sendable {
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

    /// How long a word to it and back takes; `nil` where that is not known.
    public var roundTrip: Duration?

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
        roundTrip: Duration? = nil,
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

extension ClusterStatus {
    /// What a message says.
    init(_ message: StatusMessage) {
        self.init(
            name: message.name,
            teller: message.teller == .coordinator ? .coordinator : .host,
            hosts: message.hosts.map { HostStatus($0) },
            omittedCount: message.omittedCount
        )
    }
}

extension HostStatus {
    fileprivate init(_ host: StatusMessage.Host) {
        self.init(
            name: host.name,
            slots: host.slots,
            running: host.running,
            done: host.done,
            failed: host.failed,
            bytesIn: host.bytesIn,
            bytesOut: host.bytesOut,
            roundTrip: host.roundTrip.map { .nanoseconds(Int64(clamping: $0)) },
            isDraining: host.isDraining
        )
    }
}

#endif
