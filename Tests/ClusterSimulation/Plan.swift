// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCluster

/// What a seed stands for: a few hosts, a few sessions, and what goes wrong when.
struct Plan {
    enum Fault {
        /// A connection ends, and both sides are told at some time.
        case cut(host: Int)

        /// A connection is silent from now on.
        case halfOpen(host: Int)

        /// What one side says, or both, gets stuck for a while.
        case stuck(host: Int, toCoordinator: Bool, toHost: Bool, for: UInt64)

        /// A process ends, and may come back as another one.
        case death(host: Int, isSilent: Bool, back: UInt64?)

        case drain(host: Int, back: UInt64?)

        /// Nothing runs for so long, or the coordinator alone does not.
        case suspension(UInt64)
        case pause(UInt64)

        case cancellation(session: Int, call: Int)
    }

    var settings = CoordinatorSettings()
    var hosts: [SimulatedHost] = []

    /// When each host connects first.
    var arrivals: [UInt64] = []

    /// How long messages of each host take.
    var delays: [ClosedRange<UInt64>] = []
    var sessions: [SimulatedCore.Session] = []

    /// When each session is opened.
    var openings: [UInt64] = []
    var faults: [(time: UInt64, fault: Fault)] = []
    var batchTimes: ClosedRange<UInt64>

    /// Whether what comes from a connection that the coordinator has ended is told to it nevertheless.
    var tellsLate: Bool

    var isHonest: Bool { self.hosts.allSatisfy { $0.misbehaviour == 0 && !$0.givesBack } }

    /// Until when things go wrong.
    let horizon: UInt64

    init(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        self.settings.heartbeatInterval = 1000
        self.settings.silentIntervals = 3
        self.settings.batchesAhead = random.count(in: 1...3)
        self.settings.evenAfter = random.number(in: 10...200)
        self.settings.returnTime = 2000
        self.settings.patience = random.number(in: 3000...30_000)
        self.settings.exclusionTime = random.number(in: 5000...30_000)
        self.settings.speculationShare = 0.5
        self.horizon = random.number(in: 2000...30_000)
        self.batchTimes = 5...random.number(in: 20...800)
        self.tellsLate = random.chance(50)
        self.addHosts(using: &random)
        self.addSessions(using: &random)
        for _ in 0..<random.count(in: 0...8) {
            self.faults.append((random.number(in: 0...self.horizon), self.fault(using: &random)))
        }
        // Last, so that a seed stands for what it stood for before there were such hosts.
        if random.chance(8) { self.hosts[random.count(in: 0...self.hosts.count - 1)].givesBack = true }
        self.addRefusals(using: &random)
        // As many as a host has of short batches.
        if random.chance(10) { self.settings.batchesAhead = 256 }
    }

    private mutating func addRefusals(using random: inout SplitMix64) {
        guard random.chance(40) else { return }
        for host in self.hosts.indices where random.chance(40) {
            self.hosts[host].refusedConduct = SimulatedHost.RefusedConduct.allCases[random.count(in: 0...2)]
            for session in self.sessions where random.chance(70) {
                self.hosts[host].refusals[session.number] = random.chance(50) ? 0 : random.count(in: 1...6)
            }
        }
    }

    private mutating func addHosts(using random: inout SplitMix64) {
        let hasMisbehaviour = random.chance(15)
        let hasDeaths = random.chance(30)
        for index in 0..<random.count(in: 1...6) {
            let host = SimulatedHost(
                index: index,
                description: HostDescription(
                    processID: [UInt8(index), 0],
                    name: "host \(index)",
                    slots: random.count(in: 1...4)
                ),
                slowness: random.chance(15) ? 20 : 1,
                misbehaviour: hasMisbehaviour && random.chance(50) ? 10 : 0,
                deathRate: hasDeaths ? random.count(in: 0...30) : 0
            )
            self.hosts.append(host)
            self.arrivals.append(random.chance(60) ? 0 : random.number(in: 0...self.horizon))
            self.delays.append(1...random.number(in: 1...(random.chance(20) ? 600 : 40)))
        }
    }

    private mutating func addSessions(using random: inout SplitMix64) {
        var call: UInt64 = 1
        var remaining = random.count(in: 1...60)
        for index in 0..<random.count(in: 1...3) {
            var calls: [SimulatedCore.Call] = []
            for _ in 0..<random.count(in: 1...3) {
                let count = random.count(in: 0...remaining)
                remaining -= count
                let jobs = (0..<count).map { Int(call) * 1000 + $0 }
                calls.append(SimulatedCore.Call(number: call, pending: jobs, jobCount: count))
                call += 1
            }
            let wishes = SessionWishes(
                workers: random.chance(50) ? nil : random.count(in: 1...10),
                isIdempotent: random.chance(75),
                isSpeculative: random.chance(50)
            )
            self.sessions.append(
                SimulatedCore.Session(
                    number: UInt64(index + 1),
                    wishes: wishes,
                    isRefused: random.chance(5),
                    window: random.chance(50) ? 1000 : random.count(in: 1...12),
                    calls: calls
                )
            )
            self.openings.append(random.chance(60) ? 0 : random.number(in: 0...self.horizon))
        }
    }

    private func fault(using random: inout SplitMix64) -> Fault {
        let host = random.count(in: 0...self.hosts.count - 1)
        let back = random.chance(70) ? random.number(in: 10...6000) : nil
        switch random.count(in: 0...10) {
        case 0, 1: return .cut(host: host)
        case 2: return .halfOpen(host: host)
        case 3: return .stuck(host: host, toCoordinator: true, toHost: false, for: random.number(in: 100...8000))
        case 4: return .stuck(host: host, toCoordinator: false, toHost: true, for: random.number(in: 100...8000))
        case 5: return .stuck(host: host, toCoordinator: true, toHost: true, for: random.number(in: 100...8000))
        case 6: return .death(host: host, isSilent: random.chance(50), back: back)
        case 7: return .drain(host: host, back: back)
        case 8: return .suspension(random.number(in: 2001...100_000))
        case 9: return .pause(random.number(in: 2001...10_000))
        default:
            let session = random.count(in: 0...self.sessions.count - 1)
            return .cancellation(session: session, call: random.count(in: 0...self.sessions[session].calls.count - 1))
        }
    }
}
