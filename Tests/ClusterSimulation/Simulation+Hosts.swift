// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCluster

extension Simulation {
    // MARK: - What hosts hear

    mutating func arriveAtHost(_ order: HostOrder, _ number: LinkNumber) {
        guard let link = self.links[number], link.isOpenAtHost, !link.isDead else { return }
        let host = link.host
        self.hosts[host].lastHeard = self.now
        switch order {
        case .open(let grant, let session, let workers):
            var record = SimulatedHost.Grant(number: grant, session: session, workers: workers)
            record.remaining = self.core.sessions[Int(session) - 1].isRefused ? 0 : self.hosts[host].refusals[session]
            self.hosts[host].grants.append(record)
            if record.remaining == 0 { self.refuse(self.hosts[host].grants.count - 1, by: host) }
        case .run(let batch, let grant): self.take(batch, grant, by: host)
        case .cancel(let batch):
            guard let index = self.hosts[host].grantIndex(of: batch), !self.isDeaf(index, of: host) else { return }
            if self.hosts[host].grants[index].waiting.contains(batch) {
                self.giveBack([batch], by: host)
            } else {
                self.hosts[host].cancelled.insert(batch)
            }
        case .recall(let grant), .close(let grant):
            guard let index = self.hosts[host].grants.firstIndex(where: { $0.number == grant }),
                !self.isDeaf(index, of: host)
            else { return }
            self.giveBack(self.hosts[host].takeWaiting(of: index), by: host)
            // Workers that are busy with what nobody wants are ended with their session.
            if case .close = order, self.hosts[host].grants[index].isRefused {
                for batch in self.hosts[host].grants[index].running { self.die(in: batch, by: host) }
                self.leaveIfIdle(host)
            }
        case .heartbeat: break
        }
    }

    private mutating func refuse(_ grant: Int, by host: Int) {
        self.hosts[host].grants[grant].isRefused = true
        let record = self.hosts[host].grants[grant]
        // Of those that no host has workers for, some are at fault themselves; and of the hosts that refuse others, some lie.
        let isRefused = self.core.sessions[Int(record.session) - 1].isRefused
        let isOfTheCall = isRefused ? record.session % 2 == 0 : (UInt64(host) + record.session) % 3 == 0
        let refusal = GrantRefusal(code: isOfTheCall ? "invalidArgument" : "startupFailed", detail: "no workers")
        self.say(.refused(record.number, refusal), by: host)
    }

    /// Whether a host does not do what it is told about a grant, since it has refused it.
    private func isDeaf(_ grant: Int, of host: Int) -> Bool {
        self.hosts[host].grants[grant].isRefused && self.hosts[host].refusedConduct != .ends
    }

    private mutating func take(_ batch: BatchNumber, _ grant: GrantNumber, by host: Int) {
        guard let index = self.hosts[host].grants.firstIndex(where: { $0.number == grant }) else {
            return self.complain("host \(host) is to run batch \(batch) for a grant that it does not know")
        }
        let isRefused = self.hosts[host].grants[index].isRefused && !self.isDeaf(index, of: host)
        if self.hosts[host].isLeaving || isRefused || self.hosts[host].givesBack {
            return self.say(.failed(batch, .returned), by: host)
        }
        if let remaining = self.hosts[host].grants[index].remaining, !self.hosts[host].grants[index].isRefused {
            self.hosts[host].grants[index].remaining = remaining - 1
            if remaining == 1 {
                self.say(.failed(batch, .returned), by: host)
                return self.refuse(index, by: host)
            }
        }
        self.hosts[host].grants[index].waiting.append(batch)
        self.begin(by: host)
    }

    private mutating func giveBack(_ batches: [BatchNumber], by host: Int) {
        for batch in batches {
            self.hosts[host].remove(batch)
            self.say(.failed(batch, .returned), by: host)
        }
    }

    // MARK: - What they do

    private mutating func begin(by host: Int) {
        for batch in self.hosts[host].begin() {
            self.scheduleStep(of: batch, remaining: self.random.count(in: 0...2), by: host)
        }
    }

    private mutating func scheduleStep(of batch: BatchNumber, remaining: Int, by host: Int) {
        let time = self.random.number(in: self.plan.batchTimes) * self.hosts[host].slowness
        let step = Action.step(host: host, epoch: self.hosts[host].epoch, batch, remaining: remaining)
        self.agenda.insert(step, at: self.now + time)
    }

    mutating func step(_ batch: BatchNumber, remaining: Int, of host: Int, _ epoch: Int) {
        guard self.hosts[host].epoch == epoch, let grant = self.hosts[host].grantIndex(of: batch) else { return }
        // It is kept, and nothing is said of it.
        if self.hosts[host].grants[grant].isRefused, self.hosts[host].refusedConduct == .keeps { return }
        if self.random.chance(self.hosts[host].deathRate) {
            self.die(in: batch, by: host)
        } else if remaining > 0, !self.hosts[host].cancelled.contains(batch) {
            self.say(.answer(batch), by: host)
            return self.scheduleStep(of: batch, remaining: remaining - 1, by: host)
        } else {
            self.hosts[host].remove(batch)
            self.say(.answer(batch), by: host)
            self.say(.finished(batch), by: host)
        }
        self.begin(by: host)
        self.leaveIfIdle(host)
    }

    private mutating func die(in batch: BatchNumber, by host: Int) {
        self.hosts[host].remove(batch)
        let notice = WorkerDeathNotice(
            signal: 9,
            hasTimedOut: false,
            description: "",
            ranOutOfMemory: false,
            pid: 1
        )
        self.say(.failed(batch, self.random.chance(20) ? .lost("the pool is gone") : .died(notice)), by: host)
    }

    mutating func drain(_ host: Int) {
        guard self.hosts[host].link != nil, !self.hosts[host].isLeaving else { return }
        self.hosts[host].isLeaving = true
        self.say(.leaving, by: host)
        for index in self.hosts[host].grants.indices {
            self.giveBack(self.hosts[host].takeWaiting(of: index), by: host)
        }
        self.leaveIfIdle(host)
    }

    private mutating func leaveIfIdle(_ host: Int) {
        guard self.hosts[host].isLeaving, self.hosts[host].isIdle, let link = self.hosts[host].link else { return }
        self.endByHost(link)
        self.hosts[host].forget()
    }

    mutating func beat(_ host: Int, _ epoch: Int) {
        guard self.hosts[host].epoch == epoch, let link = self.hosts[host].link else { return }
        let settings = self.plan.settings
        if self.now - self.hosts[host].lastHeard >= settings.silentIntervals * settings.heartbeatInterval {
            self.endByHost(link)
            return self.endAtHost(link)
        }
        self.send(nil, by: host)
        self.agenda.insert(.beat(host: host, epoch: epoch), at: self.now + settings.heartbeatInterval)
    }

    // MARK: - What they say

    private mutating func say(_ report: HostReport, by host: Int) {
        self.send(report, by: host)
        guard self.random.chance(self.hosts[host].misbehaviour) else { return }
        let number = self.random.number(in: 1...self.core.nextBatch)
        switch self.random.count(in: 0...5) {
        case 0: self.send(report, by: host)
        case 1: self.send(.answer(number), by: host)
        case 2: self.send(.finished(number), by: host)
        case 3: self.send(.failed(number, .returned), by: host)
        case 4: self.send(.refused(self.random.number(in: 0...200), GrantRefusal(code: "", detail: "")), by: host)
        default: self.send(.nonsense, by: host)
        }
    }
}
