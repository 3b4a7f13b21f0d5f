// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCluster

extension Simulation {
    // MARK: - Messages

    mutating func send(_ order: HostOrder, to link: LinkNumber) {
        guard var record = self.links[link], record.isOpenAtHost, !record.isDead else { return }
        let time = record.arrivalAtHost(from: self.now, using: &self.random)
        self.links[link] = record
        self.agenda.insert(.toHost(link, order), at: time)
    }

    /// Sends a report, or a heartbeat.
    mutating func send(_ report: HostReport?, by host: Int) {
        guard let link = self.hosts[host].link, var record = self.links[link], !record.isDead else { return }
        let time = record.arrivalAtCoordinator(from: self.now, using: &self.random)
        self.links[link] = record
        self.agenda.insert(.toCoordinator(link, report), at: time)
    }

    mutating func arriveAtCoordinator(_ report: HostReport?, _ number: LinkNumber) {
        guard let link = self.links[number], !link.isDead else { return }
        guard link.isOpenAtCoordinator || self.plan.tellsLate else { return }
        self.tell(report.map { .message(number, $0) } ?? .heard(number))
    }

    // MARK: - Connections

    mutating func connect(_ host: Int, _ epoch: Int) {
        guard !self.isOver, self.hosts[host].epoch == epoch, self.hosts[host].link == nil else { return }
        // A host that cannot be greeted, since the coordinator does not run, tries again.
        guard self.now >= self.pausedUntil else {
            return self.agenda.insert(.connect(host: host, epoch: epoch), at: self.pausedUntil)
        }
        let number = self.nextLink
        self.nextLink += 1
        let delays = host < self.plan.delays.count ? self.plan.delays[host] : 1...10
        self.links[number] = SimulatedLink(number: number, host: host, delays: delays)
        self.hosts[host].link = number
        self.hosts[host].lastHeard = self.now
        self.agenda.insert(.beat(host: host, epoch: epoch), at: self.now)
        self.tell(.joined(number, self.hosts[host].description))
    }

    /// The coordinator ends a connection.
    mutating func disconnect(_ link: LinkNumber) {
        guard var record = self.links[link] else { return }
        record.isOpenAtCoordinator = false
        let time = record.arrivalAtHost(from: self.now, using: &self.random)
        self.links[link] = record
        if !record.isDead { self.agenda.insert(.endAtHost(link), at: time) }
    }

    /// A host ends a connection, after what it has said.
    mutating func endByHost(_ link: LinkNumber) {
        guard var record = self.links[link], !record.isDead else { return }
        let time = record.arrivalAtCoordinator(from: self.now, using: &self.random)
        record.isOpenAtHost = false
        self.links[link] = record
        self.agenda.insert(.endAtCoordinator(link), at: time)
    }

    /// A host learns that its connection is gone, drops what it has, and connects again.
    mutating func endAtHost(_ link: LinkNumber) {
        self.links[link]?.isOpenAtHost = false
        guard let host = self.links[link]?.host, self.hosts[host].link == link else { return }
        let wasLeaving = self.hosts[host].isLeaving
        self.hosts[host].forget()
        guard !wasLeaving else { return }
        let time = self.now + self.random.number(in: 10...2000)
        self.agenda.insert(.connect(host: host, epoch: self.hosts[host].epoch), at: time)
    }

    // MARK: - What goes wrong

    mutating func perform(_ fault: Plan.Fault) {
        self.record("### \(fault)")
        switch fault {
        case .cut(let host):
            guard let link = self.hosts[host].link else { return }
            self.agenda.insert(.endAtCoordinator(link), at: self.now + self.random.number(in: 0...500))
            self.agenda.insert(.endAtHost(link), at: self.now + self.random.number(in: 0...500))
        case .halfOpen(let host):
            guard let link = self.hosts[host].link else { return }
            self.links[link]?.isDead = true
        case .stuck(let host, let toCoordinator, let toHost, let duration):
            guard let link = self.hosts[host].link else { return }
            if toCoordinator { self.links[link]?.stuckToCoordinatorUntil = self.now + duration }
            if toHost { self.links[link]?.stuckToHostUntil = self.now + duration }
        case .death(let host, let isSilent, let back): self.die(host, isSilent: isSilent, back: back)
        case .drain(let host, let back):
            self.drain(host)
            self.comeBack(host, after: back)
        case .suspension(let duration):
            self.offset += duration
            self.ledger.noteGap(until: self.now)
            if let wakeTime {
                self.agenda.insert(.wake(wakeTime), at: max(self.now, wakeTime - min(wakeTime, self.offset)))
            }
        case .pause(let duration):
            guard self.now >= self.pausedUntil else { return }
            self.pausedUntil = self.now + duration
            self.ledger.noteGap(until: self.pausedUntil)
        case .cancellation(let session, let call):
            guard self.now >= self.pausedUntil else { return }
            self.cancel(call, of: session)
        }
    }

    private mutating func die(_ host: Int, isSilent: Bool, back: UInt64?) {
        if let link = self.hosts[host].link {
            if isSilent { self.links[link]?.isDead = true } else { self.endByHost(link) }
            self.links[link]?.isOpenAtHost = false
        }
        self.hosts[host].forget()
        self.hosts[host].description.processID[1] += 1
        self.comeBack(host, after: back)
    }

    private mutating func comeBack(_ host: Int, after time: UInt64?) {
        guard let time else { return }
        self.agenda.insert(.connect(host: host, epoch: self.hosts[host].epoch), at: self.now + time)
    }

    /// A host comes that is well, so that everything can end.
    mutating func rescue() {
        let index = self.hosts.count
        let description = HostDescription(processID: [255], name: "host \(index)", slots: 2)
        self.hosts.append(
            SimulatedHost(index: index, description: description, slowness: 1, misbehaviour: 0, deathRate: 0)
        )
        self.agenda.insert(.connect(host: index, epoch: 0), at: self.now)
    }
}
