// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCluster

/// What a coordinator's effects amount to, kept by another hand, to see that it breaks none of its promises.
struct Ledger {
    struct Link {
        let processID: [UInt8]
        var slots: Int
        var isLeaving = false
        var lastHeard: UInt64
    }

    struct Grant {
        let link: LinkNumber
        let session: SessionNumber
        let workers: Int

        /// What the host has of it, until it says that that has ended.
        var batches: Set<BatchNumber> = []
        var isClosed = false

        /// When its host has refused it.
        var refusedTime: UInt64?
    }

    struct Session {
        let wishes: SessionWishes
        var workers = 0
        var told = 0
        var hasFailed = false

        /// The processes that have refused it.
        var refusals: Set<[UInt8]> = []

        /// Those of them that have said that the call itself is at fault.
        var accusers: Set<[UInt8]> = []
    }

    struct Batch {
        let session: SessionNumber

        /// The links that run it.
        var holders: [LinkNumber] = []

        /// Those that were told that it is not wanted.
        var cancelled: Set<LinkNumber> = []
        var isAnswered = false
        var runCount = 0
    }

    let settings: CoordinatorSettings
    var links: [LinkNumber: Link] = [:]
    var grants: [GrantNumber: Grant] = [:]
    var sessions: [SessionNumber: Session] = [:]
    var batches: [BatchNumber: Batch] = [:]

    /// What is wrong, the first thing only.
    private(set) var complaint: String?

    /// How much of each has happened, for those who want to know what the schedules cover.
    var tally = SimulationTally()

    init(settings: CoordinatorSettings) {
        self.settings = settings
    }

    mutating func complain(_ text: String) {
        if self.complaint == nil { self.complaint = text }
    }

    mutating func expect(_ isTrue: Bool, _ text: @autoclosure () -> String) {
        if !isTrue { self.complain(text()) }
    }

    // MARK: - Events

    /// Enters an event before the coordinator handles it.
    mutating func note(_ event: CoordinatorEvent, at now: UInt64) {
        switch event {
        case .joined(let link, let description):
            self.links[link] = Link(processID: description.processID, slots: description.slots, lastHeard: now)
        case .heard(let link), .unread(let link): self.links[link]?.lastHeard = now
        case .message(let link, let report):
            guard self.links[link] != nil else { return }
            self.links[link]?.lastHeard = now
            self.note(report, of: link, at: now)
        case .left(let link, _): self.forget(link)
        case .opened(let session, let wishes): self.sessions[session] = Session(wishes: wishes)
        case .submitted(let session, let batch, _): self.batches[batch] = Batch(session: session)
        case .cancelled, .woken: break
        case .closed(let session): self.sessions[session] = nil
        }
    }

    private mutating func note(_ report: HostReport, of link: LinkNumber, at now: UInt64) {
        switch report {
        case .leaving:
            self.links[link]?.isLeaving = true
            for (number, grant) in self.grants where grant.link == link && !grant.isClosed { self.end(number) }
        case .finished(let batch), .failed(let batch, _):
            for (number, grant) in self.grants where grant.link == link && grant.batches.contains(batch) {
                self.grants[number]?.batches.remove(batch)
                let isRevoked = self.batches[batch]?.holders.contains(link) != true
                if grant.refusedTime != nil, isRevoked { self.grants[number]?.refusedTime = now }
            }
        case .answer(let batch):
            let isLate = self.grants.values.contains {
                $0.link == link && $0.refusedTime != nil && $0.batches.contains(batch)
            }
            if isLate { self.tally.lateAnswers += 1 }
        case .refused(let number, let refusal):
            guard let grant = self.grants[number], grant.link == link, let record = self.links[link] else { return }
            // It is forgotten with its last batch, or with its session.
            guard !grant.isClosed || !grant.batches.isEmpty, self.sessions[grant.session] != nil else { return }
            if !record.isLeaving { self.sessions[grant.session]?.refusals.insert(record.processID) }
            if !record.isLeaving, grant.refusedTime == nil, refusal.code == "invalidArgument" {
                self.sessions[grant.session]?.accusers.insert(record.processID)
            }
            if grant.refusedTime == nil { self.grants[number]?.refusedTime = now }
            self.end(number)
            self.tally.refusals += 1
        case .nonsense: break
        }
    }

    /// A grant counts no more for its session.
    private mutating func end(_ number: GrantNumber) {
        guard let grant = self.grants[number], !grant.isClosed else { return }
        self.grants[number]?.isClosed = true
        self.sessions[grant.session]?.workers -= grant.workers
    }

    /// A link is there no more, and neither is what its host has.
    mutating func forget(_ link: LinkNumber) {
        guard self.links.removeValue(forKey: link) != nil else { return }
        for (number, grant) in self.grants where grant.link == link {
            self.end(number)
            self.grants[number] = nil
        }
    }

    /// What hosts have said while the coordinator did not run was not heard, which is no fault of theirs.
    mutating func noteGap(until now: UInt64) {
        for link in self.links.keys { self.links[link]?.lastHeard = now }
        for (number, grant) in self.grants where grant.refusedTime != nil { self.grants[number]?.refusedTime = now }
        self.tally.gaps += 1
    }

    // MARK: - Effects

    /// Enters an effect, in the order of the effects.
    mutating func note(_ effect: CoordinatorEffect, of event: CoordinatorEvent, at now: UInt64) {
        switch effect {
        case .open(let link, let grant, let session, let workers):
            self.open(grant, of: link, for: session, workers: workers)
        case .run(let link, let batch, let grant): self.run(batch, on: link, grant)
        case .cancel(let link, let batch):
            let isHeld = self.grants.contains { $0.value.link == link && $0.value.batches.contains(batch) }
            self.expect(isHeld, "batch \(batch) is cancelled on link \(link), which does not have it")
            self.batches[batch]?.cancelled.insert(link)
            self.tally.cancels += 1
        case .recall(let link, let grant):
            self.expect(self.grants[grant]?.link == link, "grant \(grant) is recalled of link \(link)")
            self.tally.recalls += 1
        case .close(let link, let grant):
            self.expect(self.grants[grant]?.link == link, "grant \(grant) is closed on link \(link)")
            self.end(grant)
        case .heartbeat(let link): self.expect(self.links[link] != nil, "link \(link) gets a heartbeat")
        case .disconnect(let link, let why): self.disconnect(link, why, at: now)
        case .accept(let batch): self.accept(batch, event)
        case .finish(let batch): self.finish(batch, event)
        case .fail(let batch, let failure): self.fail(batch, failure, event, at: now)
        case .workersChanged(let session, let workers): self.sessions[session]?.told = workers
        case .sessionFailed(let session, let failure):
            self.expect(self.sessions[session]?.hasFailed == false, "session \(session) fails twice")
            self.expect(self.mayFail(session, failure), "session \(session) fails by \(event)")
            self.sessions[session]?.hasFailed = true
            self.tally.failedSessions += 1
        case .leftOut(let session, let host, _):
            let isRefused = self.sessions[session]?.refusals.contains(host.processID) == true
            self.expect(isRefused, "session \(session) is said to have been refused by \(host.name)")
        case .report(.excluded): self.tally.exclusions += 1
        case .report(.lost): self.tally.losses += 1
        case .report(.left): self.tally.departures += 1
        case .report(.joined): self.tally.joins += 1
        case .report(.leaving), .wake: break
        }
    }

    private mutating func open(
        _ grant: GrantNumber,
        of link: LinkNumber,
        for session: SessionNumber,
        workers: Int
    ) {
        let isThere = self.links[link].map { !$0.isLeaving } ?? false
        self.expect(isThere, "grant \(grant) is opened on link \(link), which is not there, or leaves")
        self.expect(workers > 0 && self.grants[grant] == nil, "grant \(grant) is opened twice, or empty")
        self.expect(self.sessions[session]?.hasFailed == false, "session \(session) gets a grant")
        let isRefused = self.links[link].map { self.sessions[session]?.refusals.contains($0.processID) == true }
        self.expect(isRefused != true, "session \(session) gets a grant of link \(link), which has refused it")
        self.grants[grant] = Grant(link: link, session: session, workers: workers)
        self.sessions[session]?.workers += workers
        let most = self.sessions[session]?.wishes.workers ?? .max
        self.expect(self.sessions[session]?.workers ?? 0 <= most, "session \(session) has more than it asked for")
    }

    private mutating func disconnect(_ link: LinkNumber, _ why: String, at now: UInt64) {
        guard let record = self.links[link] else { return self.complain("link \(link) is disconnected, and is none") }
        if why.hasPrefix("nothing was heard") {
            let silence = now - record.lastHeard
            let longest = self.settings.silentIntervals * self.settings.heartbeatInterval
            self.expect(silence >= longest, "link \(link) is lost after \(silence) of silence")
            self.tally.silences += 1
        } else if why.hasPrefix("it has refused") {
            let isHeld = self.grants.values.contains {
                $0.link == link && !$0.batches.isEmpty && self.isOverdue($0, at: now)
            }
            self.expect(isHeld, "link \(link) is lost for what it does not keep")
            self.tally.keptRefusals += 1
        }
        self.forget(link)
    }

    /// Whether a host has had time enough to end what it has of a grant that it has refused.
    func isOverdue(_ grant: Grant, at now: UInt64) -> Bool {
        let longest = self.settings.returnTime + self.settings.silentIntervals * self.settings.heartbeatInterval
        return grant.refusedTime.map { now - $0 >= longest } ?? false
    }

    /// Whether nothing is left for a session to hope for.
    private func mayFail(_ number: SessionNumber, _ failure: SessionFailure) -> Bool {
        guard let session = self.sessions[number] else { return false }
        let staying = self.links.values.filter { !$0.isLeaving }
        switch failure {
        case .noHosts: return staying.isEmpty
        case .refused(let refusal):
            // The word of one is nothing.
            if refusal.code == "invalidArgument", session.accusers.count > 1 { return true }
            let isRefusedByAll = staying.allSatisfy { session.refusals.contains($0.processID) }
            return !staying.isEmpty && isRefusedByAll && session.workers == 0
        }
    }

    // MARK: - Between events

    /// Sees that every session has what it may have, and knows it.
    mutating func checkAllotment() {
        for (number, session) in self.sessions {
            // Of a host that has refused it there is what it has not refused.
            let slotCount = self.links.reduce(0) { sum, link in
                if link.value.isLeaving { return sum }
                let isRefused = session.refusals.contains(link.value.processID)
                return sum + (isRefused ? self.workers(of: number, on: link.key) : link.value.slots)
            }
            self.expect(
                session.told == session.workers,
                "session \(number) was told \(session.told) of \(session.workers)"
            )
            guard !session.hasFailed else { continue }
            self.expect(session.accusers.count < 2, "session \(number) goes on though two say that it is at fault")
            let due = min(session.wishes.workers ?? .max, slotCount)
            self.expect(session.workers == due, "session \(number) has \(session.workers) workers instead of \(due)")
        }
        for (link, record) in self.links {
            for session in self.sessions.keys {
                let workers = self.workers(of: session, on: link)
                self.expect(workers <= record.slots, "session \(session) has more of link \(link) than there is")
            }
        }
    }

    private func workers(of session: SessionNumber, on link: LinkNumber) -> Int {
        self.grants.values.reduce(0) {
            $1.link == link && $1.session == session && !$1.isClosed ? $0 + $1.workers : $0
        }
    }
}
