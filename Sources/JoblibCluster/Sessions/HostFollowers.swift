// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCore

/// Whom it concerns what becomes of hosts: the sessions that have workers on them, and those who wait for workers.
struct HostFollowers {
    // Which session has had workers on which host, by its process, and the other way round.
    private var sessions: [[UInt8]: Set<SessionNumber>] = [:]
    private var hosts: [SessionNumber: Set<[UInt8]>] = [:]

    /// The hosts that have said that they leave, and are still there.
    private var leaving: Set<[UInt8]> = []

    /// Who has lost a host last: what is said next may be that it is not wanted any more.
    private var lastLost: (process: [UInt8], sessions: [SessionNumber]) = ([], [])

    /// A session has workers on a host.
    ///
    /// - Returns: Whether it had none before.
    mutating func add(_ session: SessionNumber, _ process: [UInt8]) -> Bool {
        guard self.hosts[session, default: []].insert(process).inserted else { return false }
        self.sessions[process, default: []].insert(session)
        return true
    }

    /// A session gets none of a host any more.
    mutating func remove(_ session: SessionNumber, _ process: [UInt8]) {
        self.hosts[session]?.remove(process)
        self.sessions[process]?.remove(session)
        if self.sessions[process]?.isEmpty == true { self.sessions[process] = nil }
    }

    /// A session is over.
    mutating func remove(_ session: SessionNumber) {
        for process in self.hosts[session] ?? [] { self.remove(session, process) }
        self.hosts[session] = nil
    }

    /// What sessions are told of something that has become of a host.
    mutating func events(of event: ClusterEvent) -> [(SessionNumber, HostEvent)] {
        switch event {
        // Until it goes it does what it has.
        case .joined, .leaving: return []
        case .left(let host): return self.remove(all: host.processID).map { ($0, .left(host.name)) }
        case .lost(let host, let why):
            return self.remove(all: host.processID).map { ($0, .lost(host.name, because: why)) }
        case .excluded(let host, let why):
            guard self.lastLost.process == host.processID else { return [] }
            return self.lastLost.sessions.map { ($0, .excluded(host.name, because: why)) }
        }
    }

    /// How many workers more there are by something that has become of a host.
    mutating func slotChange(by event: ClusterEvent) -> Int {
        switch event {
        case .joined(let host): return host.slots
        case .leaving(let host):
            self.leaving.insert(host.processID)
            return -host.slots
        // The workers of those that leave do not count since they have said so.
        case .left(let host), .lost(let host, _):
            return self.leaving.remove(host.processID) == nil ? -host.slots : 0
        case .excluded: return 0
        }
    }

    private mutating func remove(all process: [UInt8]) -> [SessionNumber] {
        let sessions = self.sessions.removeValue(forKey: process)?.sorted() ?? []
        for session in sessions { self.hosts[session]?.remove(process) }
        self.lastLost = (process, sessions)
        return sessions
    }
}
