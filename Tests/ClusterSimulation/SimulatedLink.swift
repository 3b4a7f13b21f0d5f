// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCluster

/// A connection of the simulated network: bytes come in their order, late, or not at all.
struct SimulatedLink {
    let number: LinkNumber
    let host: Int

    /// How long a message takes at least and at most.
    let delays: ClosedRange<UInt64>

    /// Whether each side still has it.
    var isOpenAtCoordinator = true
    var isOpenAtHost = true

    /// Until when what one side says gets stuck on the way.
    var stuckToCoordinatorUntil: UInt64 = 0
    var stuckToHostUntil: UInt64 = 0

    /// Whether what anybody says is lost from now on, and nobody is told.
    var isDead = false

    /// When the message before the next one comes.
    private var lastArrivalAtCoordinator: UInt64 = 0
    private var lastArrivalAtHost: UInt64 = 0

    init(number: LinkNumber, host: Int, delays: ClosedRange<UInt64>) {
        self.number = number
        self.host = host
        self.delays = delays
    }

    mutating func arrivalAtCoordinator(from now: UInt64, using random: inout SplitMix64) -> UInt64 {
        let time = max(now, self.stuckToCoordinatorUntil) + random.number(in: self.delays)
        self.lastArrivalAtCoordinator = max(time, self.lastArrivalAtCoordinator)
        return self.lastArrivalAtCoordinator
    }

    mutating func arrivalAtHost(from now: UInt64, using random: inout SplitMix64) -> UInt64 {
        let time = max(now, self.stuckToHostUntil) + random.number(in: self.delays)
        self.lastArrivalAtHost = max(time, self.lastArrivalAtHost)
        return self.lastArrivalAtHost
    }
}

/// What a coordinator says on a link.
enum HostOrder {
    case open(GrantNumber, SessionNumber, workers: Int)
    case run(BatchNumber, GrantNumber)
    case cancel(BatchNumber)
    case recall(GrantNumber)
    case close(GrantNumber)
    case heartbeat
}
