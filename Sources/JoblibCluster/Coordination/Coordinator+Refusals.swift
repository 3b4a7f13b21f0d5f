// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

extension Coordinator {
    /// A host has no workers for a session.
    ///
    /// Another one may: what a host is short of, or lacks, and what it makes up, is its own. So the others do its work, and the
    /// session fails only when there is no other one, or when two hosts say that no host could: the word of one may be a lie.
    mutating func refuse(
        _ number: GrantNumber,
        of host: Int,
        _ refusal: GrantRefusal,
        at now: UInt64,
        into effects: inout [CoordinatorEffect]
    ) {
        guard let grant = self.grantIndices[number] else {
            // Unless the grant was closed while the host said so.
            if number == 0 || number >= self.nextGrant { self.noteFault(of: host, at: now, into: &effects) }
            return
        }
        guard self.grants[grant].host == host else { return self.noteFault(of: host, at: now, into: &effects) }
        guard let session = self.grants[grant].session, !self.grants[grant].isRefused else { return }
        self.grants[grant].isRefused = true
        let isFirst = self.note(refusal, of: host, session)
        self.release(grant)
        // First, so that nothing is submitted again that could not run.
        if self.isConfirmed(refusal, by: host, session) || self.isRefusedByAll(session) {
            self.fail(session, .refused(refusal), at: now, into: &effects)
        }
        if self.sessions[session].wishes.isIdempotent || self.grants[grant].batchCount == 0 {
            let why = "\(self.hosts[host].description.name) has refused it: \(refusal.detail)"
            self.revoke(grant, because: why, at: now, into: &effects)
        } else {
            // What has not begun the host gives back, and nobody else knows what that is.
            self.watchForReturns(of: number, since: now)
        }
        if isFirst {
            let (number, description) = (self.sessions[session].number, self.hosts[host].description)
            effects.append(.leftOut(number, description, refusal.detail))
        }
        self.allotSlots(at: now, into: &effects)
    }

    /// Whether a host is not the first to say that the call itself is at fault, and how.
    private mutating func isConfirmed(_ refusal: GrantRefusal, by host: Int, _ session: Int) -> Bool {
        guard refusal.isOfTheCall, !self.hosts[host].isLeaving else { return false }
        let process = self.hosts[host].description.processID
        guard let first = self.sessions[session].refusals.accusers[refusal.code] else {
            self.sessions[session].refusals.accusers[refusal.code] = process
            return false
        }
        return first != process
    }

    /// Returns whether the host was one of the session's until now.
    private mutating func note(_ refusal: GrantRefusal, of host: Int, _ session: Int) -> Bool {
        // One that leaves gives no slots anyway.
        guard !self.hosts[host].isLeaving else { return false }
        let description = self.hosts[host].description
        self.sessions[session].refusals.last = refusal
        guard self.sessions[session].refusals.processes.insert(description.processID).inserted else {
            return false
        }
        if self.sessions[session].refusals.others == nil {
            self.sessions[session].refusals.others = self.spareSlots
            self.refusedSessions.append(session)
        }
        self.sessions[session].refusals.others?.remove(self.hosts[host].link)
        self.sessions[session].refusals.slotCount += description.slots
        for grant in self.hosts[host].grants where self.grants[grant].session == session {
            if self.grants[grant].load != nil { self.sessions[session].refusals.workers += self.grants[grant].workers }
        }
        return true
    }

    /// Whether a session has no workers, and no host that is there has any for it.
    private func isRefusedByAll(_ session: Int) -> Bool {
        self.sessions[session].workers == 0 && self.slotCount > 0
            && self.slotCount == self.sessions[session].refusals.slotCount
    }

    func hasRefused(_ link: LinkNumber, _ session: Int) -> Bool {
        guard !self.sessions[session].refusals.processes.isEmpty, let host = self.hostIndices[link] else {
            return false
        }
        return self.sessions[session].refusals.contains(self.hosts[host].description)
    }

    /// A host comes, or goes, with so many slots.
    mutating func noteRefusedSlots(of host: HostDescription, _ change: Int) {
        for session in self.sessionOrder where self.sessions[session].refusals.contains(host) {
            self.sessions[session].refusals.slotCount += change
        }
    }

    // MARK: - What it was given already

    /// What a host was given of a grant that it has refused is not its any more: whatever it still says of that is nothing.
    private mutating func revoke(
        _ grant: Int,
        because why: String,
        at now: UInt64,
        into effects: inout [CoordinatorEffect]
    ) {
        let (link, host) = (self.grants[grant].link, self.grants[grant].host)
        let batches = self.batches(of: grant)
        for index in batches {
            let batch = self.batches[index].number
            self.hosts[host].revoked[batch] = RevokedBatch(grant: grant, isRefused: true)
            if !self.batches[index].isCancelled { effects.append(.cancel(link, batch)) }
        }
        self.endLeases(of: grant, because: why, isReturned: true, into: &effects)
        if !batches.isEmpty { self.watchForReturns(of: self.grants[grant].number, since: now) }
        if let session = self.grants[grant].session { self.sessions[session].grants.remove(grant) }
        self.close(grant, into: &effects)
    }

    private var longestReturn: UInt64 { self.settings.returnTime &+ self.longestSilence }

    private mutating func watchForReturns(of grant: GrantNumber, since time: UInt64) {
        self.deadlines.insert(.refusal(grant), at: time &+ self.longestReturn)
    }

    /// Sees whether a host is done with what it has refused: one that keeps it does not mean what it says.
    ///
    /// Batches that may run but once are with the host until then, and fail; the host has as much time again for those.
    mutating func checkReturns(of number: GrantNumber, at now: UInt64, into effects: inout [CoordinatorEffect]) {
        guard let grant = self.grantIndices[number] else { return }
        let host = self.grants[grant].host
        // Until then it is still the session's.
        let isLeased = self.grants[grant].session != nil
        let keepsAny = self.hosts[host].revoked.values.contains { $0.grant == grant && $0.isRefused }
        guard keepsAny || isLeased else { return }
        let since = max(self.hosts[host].returnStart, self.graceStart)
        guard now >= since &+ self.longestReturn else { return self.watchForReturns(of: number, since: since) }
        if isLeased {
            let why = "\(self.hosts[host].description.name) has refused it, and not ended it"
            return self.revoke(grant, because: why, at: now, into: &effects)
        }
        self.lose(
            host,
            because: "it has refused what it was given, and keeps it",
            disconnects: true,
            isMisbehaving: true,
            at: now,
            into: &effects
        )
    }

    mutating func noteUnread(_ link: LinkNumber, at now: UInt64) {
        guard let host = self.hostIndices[link] else { return }
        self.activities[host].lastHeard = now
        self.hosts[host].returnStart = now
    }
}
