// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

extension Coordinator {
    /// Gives sessions the slots that they want and that have come, or were lost, and batches to the workers that have come.
    mutating func allotSlots(at now: UInt64, into effects: inout [CoordinatorEffect]) {
        for session in self.sessionOrder { self.allotSlots(to: session, at: now, into: &effects) }
    }

    mutating func allotSlots(
        to session: Int,
        at now: UInt64,
        into effects: inout [CoordinatorEffect]
    ) {
        if self.sessions[session].failure == nil {
            let refused = self.sessions[session].refusals.slotCount - self.sessions[session].refusals.workers
            let there = self.slotCount - refused
            let most = min(self.sessions[session].wishes.workers ?? .max, there)
            let missing = most - self.sessions[session].workers
            if missing > 0 {
                let given = self.grantSpareSlots(missing, to: session, into: &effects)
                if given < missing { self.grantSharedSlots(missing - given, to: session, into: &effects) }
            }
        }
        self.tellWorkers(of: session, at: now, into: &effects)
        self.assignWaiting(of: session, at: now, into: &effects)
        self.review(session, at: now, into: &effects)
    }

    private mutating func tellWorkers(of session: Int, at now: UInt64, into effects: inout [CoordinatorEffect]) {
        let workers = self.sessions[session].workers
        if workers != self.sessions[session].toldWorkers {
            self.sessions[session].toldWorkers = workers
            effects.append(.workersChanged(self.sessions[session].number, workers))
        }
        if workers > 0 {
            self.sessions[session].desertedSince = nil
        } else if self.sessions[session].desertedSince == nil, self.sessions[session].failure == nil {
            self.sessions[session].desertedSince = now
            self.watchForHosts(of: session, since: now)
        }
    }

    // MARK: - Spare slots

    /// A host has so many slots that are not granted.
    mutating func setSpare(_ spare: Int, of link: LinkNumber) {
        self.spareSlots.set(link, spare: spare)
        for session in self.refusedSessions where !self.hasRefused(link, session) {
            self.sessions[session].refusals.others?.set(link, spare: spare)
        }
    }

    mutating func forgetSpare(of link: LinkNumber) {
        self.spareSlots.remove(link)
        for session in self.refusedSessions { self.sessions[session].refusals.others?.remove(link) }
    }

    /// The host with the most that a session may have.
    private func firstSpare(for session: Int) -> SpareSlots.Entry? {
        self.sessions[session].refusals.others.map(\.first) ?? self.spareSlots.first
    }

    /// Has the next one be the first, until the number of this one is set.
    private mutating func passSpare(of link: LinkNumber, for session: Int) {
        self.lookCount += 1
        if self.sessions[session].refusals.others == nil {
            self.spareSlots.remove(link)
        } else {
            self.sessions[session].refusals.others?.remove(link)
        }
    }

    /// Grants slots that nobody has, and returns how many.
    private mutating func grantSpareSlots(
        _ wanted: Int,
        to session: Int,
        into effects: inout [CoordinatorEffect]
    ) -> Int {
        var entries: [SpareSlots.Entry] = []
        var capacities: [Int] = []
        var hostCount = 0
        while hostCount < wanted, let first = self.firstSpare(for: session), first.spare > 0 {
            entries.append(first)
            self.passSpare(of: first.link, for: session)
            capacities.append(first.spare)
            hostCount += 1
        }
        return self.grant(wanted, of: entries, capacities: capacities, to: session, into: &effects)
    }

    /// Grants slots as if there were no other session, first of the hosts that have the fewest of others.
    private mutating func grantSharedSlots(
        _ wanted: Int,
        to session: Int,
        into effects: inout [CoordinatorEffect]
    ) {
        var entries: [SpareSlots.Entry] = []
        var capacities: [Int] = []
        var capacity = 0
        var hostCount = 0
        while hostCount < wanted, let first = self.firstSpare(for: session) {
            if capacity >= wanted, let last = entries.last, first.spare < last.spare { break }
            self.passSpare(of: first.link, for: session)
            entries.append(first)
            let room = self.room(for: session, on: first.link)
            capacities.append(room)
            capacity += room
            if room > 0 { hostCount += 1 }
        }
        _ = self.grant(wanted, of: entries, capacities: capacities, to: session, into: &effects)
    }

    /// How many slots a host has for the session that it has not.
    private func room(for session: Int, on link: LinkNumber) -> Int {
        guard let host = self.hostIndices[link] else { return 0 }
        return self.hosts[host].grants
            .reduce(self.hosts[host].description.slots) { room, grant in
                self.grants[grant].session == session ? room - self.grants[grant].workers : room
            }
    }

    private mutating func grant(
        _ wanted: Int,
        of entries: [SpareSlots.Entry],
        capacities: [Int],
        to session: Int,
        into effects: inout [CoordinatorEffect]
    ) -> Int {
        var given = 0
        for (entry, workers) in zip(entries, SlotAllotment.divide(wanted, among: capacities)) {
            if workers > 0 { self.grant(workers, of: entry.link, to: session, into: &effects) }
            given += workers
            self.setSpare(entry.spare - workers, of: entry.link)
        }
        return given
    }

    private mutating func grant(
        _ workers: Int,
        of link: LinkNumber,
        to session: Int,
        into effects: inout [CoordinatorEffect]
    ) {
        guard let host = self.hostIndices[link] else { return }
        let number = self.nextGrant
        self.nextGrant += 1
        let index = self.grants.insert(
            GrantRecord(number: number, link: link, workers: workers, host: host, session: session)
        )
        self.grantIndices[number] = index
        self.hosts[host].grants.append(index)
        self.hosts[host].spare -= workers
        self.sessions[session].grants.insert(index)
        self.sessions[session].workers += workers
        self.grants[index].load = self.sessions[session].loads.insert(index)
        effects.append(.open(link, number, self.sessions[session].number, workers: workers))
    }

    // MARK: - Their ends

    /// A grant takes no batch any more, and remains while its host has some of it.
    mutating func retire(_ grant: Int) {
        guard let load = self.grants[grant].load, let session = self.grants[grant].session else { return }
        self.grants[grant].load = nil
        self.sessions[session].loads.remove(load)
        self.sessions[session].workers -= self.grants[grant].workers
        if self.sessions[session].refusals.contains(self.hosts[self.grants[grant].host].description) {
            self.sessions[session].refusals.workers -= self.grants[grant].workers
        }
    }

    /// A grant takes no batch any more, while its host stays: others may have its slots.
    mutating func release(_ grant: Int) {
        guard self.grants[grant].load != nil else { return }
        self.retire(grant)
        let host = self.grants[grant].host
        self.hosts[host].spare += self.grants[grant].workers
        self.setSpare(self.hosts[host].spare, of: self.hosts[host].link)
    }

    /// A grant is forgotten, with its host, or when the host has nothing of it any more.
    mutating func remove(_ grant: Int) {
        assert(self.batches(of: grant).isEmpty)
        if let session = self.grants[grant].session { self.sessions[session].grants.remove(grant) }
        self.hosts[self.grants[grant].host].grants.removeAll { $0 == grant }
        self.grantIndices[self.grants[grant].number] = nil
        self.grants.remove(at: grant)
    }

    /// A session needs a grant no more: others may have its slots.
    mutating func close(_ grant: Int, into effects: inout [CoordinatorEffect]) {
        effects.append(.close(self.grants[grant].link, self.grants[grant].number))
        self.release(grant)
        self.grants[grant].session = nil
        if self.grants[grant].batchCount == 0 { self.remove(grant) }
    }

    /// A host has one batch less of a grant.
    mutating func takeBatch(from grant: Int, into effects: inout [CoordinatorEffect]) {
        self.grants[grant].batchCount -= 1
        self.grants[grant].isRecalled = false
        self.updateLoad(of: grant)
        guard self.grants[grant].load == nil, self.grants[grant].batchCount == 0 else { return }
        // What the host still had of it is done.
        if self.grants[grant].isRefused, self.grants[grant].session != nil {
            effects.append(.close(self.grants[grant].link, self.grants[grant].number))
        }
        self.remove(grant)
    }

    mutating func updateLoad(of grant: Int) {
        guard let load = self.grants[grant].load, let session = self.grants[grant].session else { return }
        let count = self.grants[grant].batchCount
        self.sessions[session].loads.update(load, batches: count, workers: self.grants[grant].workers)
    }
}
