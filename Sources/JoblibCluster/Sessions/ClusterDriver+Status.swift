// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibPOSIX

/// What a host has said of itself last.
struct HostPulse {
    /// How long the question and its answer took, in nanoseconds.
    var roundTrip: UInt64?
    var counts = HostCounts()
}

extension ClusterDriver {
    /// No honest answer takes longer; in nanoseconds.
    private static let longestRoundTrip: UInt64 = 3_600_000_000_000

    /// Says that this process is there, and asks how the host is.
    func beat(_ link: any HostLink) {
        link.send(.heartbeat(interval: self.settings.heartbeatInterval))
        link.send(.ping(MonotonicClock.now))
    }

    /// A host has answered a ping.
    func notePong(_ time: UInt64, _ counts: HostCounts, from link: LinkNumber) {
        let (roundTrip, isFromTheFuture) = MonotonicClock.now.subtractingReportingOverflow(time)
        let isPlausible = !isFromTheFuture && roundTrip <= Self.longestRoundTrip
        self.pulses[link] = HostPulse(roundTrip: isPlausible ? roundTrip : nil, counts: counts)
    }

    /// How the hosts are; on the executor.
    ///
    /// - Parameter name: What this process is called.
    /// - Returns: What is told of it.
    package func status(name: String) -> StatusMessage {
        let hosts = self.hostStates.map { host in
            let pulse = self.pulses[host.link]
            let traffic = self.traffic(of: host.link)
            return StatusMessage.Host(
                name: host.description.name,
                slots: host.description.slots,
                running: host.running,
                done: pulse?.counts.done ?? 0,
                failed: pulse?.counts.failed ?? 0,
                // What has come from a host it has sent.
                bytesIn: traffic.sent,
                bytesOut: traffic.received,
                roundTrip: pulse?.roundTrip,
                isDraining: host.isLeaving
            )
        }
        return StatusMessage(name: name, teller: .coordinator, hosts: hosts)
    }
}
