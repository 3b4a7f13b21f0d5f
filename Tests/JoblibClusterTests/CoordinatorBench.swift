// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCluster

/// A coordinator with a clock that a test turns, and what it has wanted done since the test asked last.
struct CoordinatorBench {
    var coordinator: Coordinator
    var now: UInt64 = 0
    private var effects: [CoordinatorEffect] = []

    /// When the coordinator wants to be woken.
    private var wakeTime: UInt64?

    static var settings: CoordinatorSettings {
        var settings = CoordinatorSettings()
        settings.batchesAhead = 2
        settings.heartbeatInterval = 1000
        settings.evenAfter = 50
        settings.patience = 10_000
        settings.exclusionTime = 100_000
        return settings
    }

    init(settings: CoordinatorSettings = Self.settings) {
        self.coordinator = Coordinator(settings: settings)
    }

    /// Tells something, and returns what is to be done of it, heartbeats and wakes left out.
    @discardableResult
    mutating func tell(_ event: CoordinatorEvent) -> [CoordinatorEffect] {
        self.effects.removeAll()
        if event == .woken { self.wakeTime = nil }
        self.coordinator.handle(event, at: self.now, into: &self.effects)
        for case .wake(let time) in self.effects { self.wakeTime = time }
        return self.effects.filter {
            switch $0 {
            case .heartbeat, .wake: false
            default: true
            }
        }
    }

    @discardableResult
    mutating func join(_ link: LinkNumber, slots: Int, process: UInt8? = nil) -> [CoordinatorEffect] {
        self.tell(.joined(link, Self.host(link, slots: slots, process: process)))
    }

    static func host(_ link: LinkNumber, slots: Int, process: UInt8? = nil) -> HostDescription {
        HostDescription(processID: [process ?? UInt8(link)], name: "host \(link)", slots: slots)
    }

    /// Lets time pass and wakes the coordinator as often as it wants, while the hosts of some links are heard.
    @discardableResult
    mutating func pass(_ time: UInt64, hearing links: [LinkNumber] = []) -> [CoordinatorEffect] {
        let end = self.now + time
        var all: [CoordinatorEffect] = []
        while let next = self.wakeTime, next <= end {
            self.now = max(self.now, next)
            for link in links { all += self.tell(.heard(link)) }
            all += self.tell(.woken)
        }
        self.now = end
        return all
    }
}

extension [CoordinatorEffect] {
    var runs: [BatchNumber] {
        self.compactMap { if case .run(_, let batch, _) = $0 { batch } else { nil } }
    }

    /// The links to which batches go.
    var runners: [LinkNumber] {
        self.compactMap { if case .run(let link, _, _) = $0 { link } else { nil } }
    }

    /// The grants that are opened, and where.
    var opened: [GrantNumber: LinkNumber] {
        var opened: [GrantNumber: LinkNumber] = [:]
        for case .open(let link, let grant, _, _) in self { opened[grant] = link }
        return opened
    }

    /// The workers that each link grants.
    var grants: [LinkNumber: Int] {
        var grants: [LinkNumber: Int] = [:]
        for case .open(let link, _, _, let workers) in self { grants[link, default: 0] += workers }
        return grants
    }

    var failures: [BatchNumber: CoordinatorFailure] {
        var failures: [BatchNumber: CoordinatorFailure] = [:]
        for case .fail(let batch, let failure) in self { failures[batch] = failure }
        return failures
    }

    var reports: [ClusterEvent] {
        self.compactMap { if case .report(let event) = $0 { event } else { nil } }
    }

    var disconnected: [LinkNumber] {
        self.compactMap { if case .disconnect(let link, _) = $0 { link } else { nil } }
    }
}
