// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

extension Coordinator {
    /// How many slots of one host count at most, since it may say anything.
    private static let largestSlotCount = 1 << 16

    /// Whether a host is not wanted for a while; to be asked before it joins.
    package mutating func isExcluded(_ processID: [UInt8], at now: UInt64) -> Bool {
        self.losses.isExcluded(processID, at: now)
    }

    /// Why a host is not wanted, and what to do about it.
    package func exclusionText(of name: String) -> String {
        let seconds = self.settings.exclusionTime / 1_000_000_000
        return """
            \(name) was lost too often, or has said what it had no business to say, and is not wanted for up to \(seconds) s; \
            look at what it prints and at the network between, and start it again
            """
    }

    mutating func join(
        _ link: LinkNumber,
        _ joining: HostDescription,
        at now: UInt64,
        into effects: inout [CoordinatorEffect]
    ) {
        precondition(self.hostIndices[link] == nil, "link \(link) has joined already")
        var description = joining
        description.slots = min(max(joining.slots, 1), Self.largestSlotCount)
        if self.losses.isExcluded(description.processID, at: now) {
            effects.append(.disconnect(link, self.exclusionText(of: description.name)))
            return
        }
        if let older = self.linksByProcess[description.processID].flatMap({ self.hostIndices[$0] }) {
            self.lose(older, because: "it has connected again", disconnects: true, at: now, into: &effects)
            // That may have been once too often.
            if self.losses.isExcluded(description.processID, at: now) {
                effects.append(.disconnect(link, self.exclusionText(of: description.name)))
                return
            }
        }
        let host = self.hosts.insert(HostRecord(link: link, description: description, spare: description.slots))
        let activity = self.activities.insert(HostActivity(lastHeard: now))
        assert(activity == host)
        self.hostIndices[link] = host
        self.linksByProcess[description.processID] = link
        self.setSpare(description.slots, of: link)
        self.slotCount += description.slots
        self.noteRefusedSlots(of: description, description.slots)
        effects.append(.report(.joined(description)))
        self.deadlines.insert(.heartbeat(link), at: now &+ self.settings.heartbeatInterval)
        self.watchForSilence(of: link, since: now)
        self.allotSlots(at: now, into: &effects)
    }

    /// A host takes no batch any more, and ends those that it has.
    mutating func startLeaving(_ host: Int, at now: UInt64, into effects: inout [CoordinatorEffect]) {
        guard !self.hosts[host].isLeaving else { return }
        self.hosts[host].isLeaving = true
        effects.append(.report(.leaving(self.hosts[host].description)))
        self.forgetSlots(of: host)
        for grant in self.hosts[host].grants { self.retire(grant) }
        self.allotSlots(at: now, into: &effects)
    }

    private mutating func forgetSlots(of host: Int) {
        self.forgetSpare(of: self.hosts[host].link)
        self.slotCount -= self.hosts[host].description.slots
        self.noteRefusedSlots(of: self.hosts[host].description, -self.hosts[host].description.slots)
    }

    /// A host is not there any more, or is not to be: `why` goes after its name, and it is disconnected if it still is connected.
    ///
    /// One that has announced to leave has not been lost, unless it misbehaves; one that does so too often is excluded.
    mutating func lose(
        _ host: Int,
        because why: String,
        disconnects: Bool = false,
        isMisbehaving: Bool = false,
        isExcluded: Bool = false,
        at now: UInt64,
        into effects: inout [CoordinatorEffect]
    ) {
        let record = self.hosts[host]
        let id = record.description.processID
        self.hostIndices[record.link] = nil
        if self.linksByProcess[id] == record.link { self.linksByProcess[id] = nil }
        if !record.isLeaving { self.forgetSlots(of: host) }
        if disconnects { effects.append(.disconnect(record.link, why)) }
        for grant in record.grants {
            self.retire(grant)
            let reason = "\(record.description.name) is lost: \(why)"
            self.endLeases(of: grant, because: reason, isReturned: false, into: &effects)
            self.remove(grant)
        }
        self.hosts[host].revoked = [:]
        self.hosts.remove(at: host)
        self.activities.remove(at: host)
        if record.isLeaving, !isMisbehaving {
            effects.append(.report(.left(record.description)))
        } else {
            effects.append(.report(.lost(record.description, why)))
            let count = self.losses.note(.loss, of: id, at: now)
            if isExcluded || count >= self.settings.largestLossCount {
                self.losses.exclude(id, at: now)
                let reason = isExcluded ? why : "it was lost \(count) times"
                effects.append(.report(.excluded(record.description, reason)))
            }
        }
        self.allotSlots(at: now, into: &effects)
    }

    /// What a grant's host has of it is not its any more: a batch that runs elsewhere too only loses this copy.
    mutating func endLeases(
        of grant: Int,
        because why: String,
        isReturned: Bool,
        into effects: inout [CoordinatorEffect]
    ) {
        for index in self.batches(of: grant) {
            guard !self.dropCopy(of: index, with: grant) else { continue }
            let isIdempotent = self.sessions[self.batches[index].session].wishes.isIdempotent
            let hasBegun = self.batches[index].isAnswered || !isIdempotent
            let failure: CoordinatorFailure = hasBegun ? .lost(why) : .notBegun(isReturned: isReturned, why)
            effects.append(.fail(self.batches[index].number, failure))
            self.remove(batch: index)
        }
    }

    // MARK: - What hosts have no business to say

    /// A host has said something that it has no business to say, which is dropped.
    mutating func noteFault(of host: Int, at now: UInt64, into effects: inout [CoordinatorEffect]) {
        self.faultCount += 1
        let count = self.losses.note(.fault, of: self.hosts[host].description.processID, at: now)
        guard count >= self.settings.largestFaultCount else { return }
        self.lose(
            host,
            because: "it has answered \(count) times for batches that it does not have",
            disconnects: true,
            isMisbehaving: true,
            isExcluded: true,
            at: now,
            into: &effects
        )
    }

    /// A host does nothing but give back what it is given.
    mutating func endReturns(of host: Int, at now: UInt64, into effects: inout [CoordinatorEffect]) {
        self.faultCount += 1
        self.lose(
            host,
            because:
                "it has given back \(self.activities[host].returnCount) batches, one after the other, and done none",
            disconnects: true,
            isMisbehaving: true,
            isExcluded: true,
            at: now,
            into: &effects
        )
    }

    /// A host has said something that means nothing: whatever it says from now on may mean something else.
    mutating func endNonsense(of host: Int, at now: UInt64, into effects: inout [CoordinatorEffect]) {
        self.faultCount += 1
        let count = self.losses.note(.fault, of: self.hosts[host].description.processID, at: now)
        self.lose(
            host,
            because: "it says what means nothing",
            disconnects: true,
            isMisbehaving: true,
            isExcluded: count >= self.settings.largestFaultCount,
            at: now,
            into: &effects
        )
    }
}
