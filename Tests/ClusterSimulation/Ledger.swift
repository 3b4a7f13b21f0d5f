// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCluster

/// What a coordinator's effects amount to, kept by another hand, to see that it breaks none of its promises.
struct Ledger {
    struct Link {
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
    }

    struct Session {
        let wishes: SessionWishes
        var workers = 0
        var told = 0
        var hasFailed = false
    }

    struct Batch {
        let session: SessionNumber

        /// The links that run it.
        var holders: [LinkNumber] = []
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

    private mutating func expect(_ isTrue: Bool, _ text: @autoclosure () -> String) {
        if !isTrue { self.complain(text()) }
    }

    // MARK: - Events

    /// Enters an event before the coordinator handles it.
    mutating func note(_ event: CoordinatorEvent, at now: UInt64) {
        switch event {
        case .joined(let link, let description): self.links[link] = Link(slots: description.slots, lastHeard: now)
        case .heard(let link): self.links[link]?.lastHeard = now
        case .message(let link, let report):
            guard self.links[link] != nil else { return }
            self.links[link]?.lastHeard = now
            self.note(report, of: link)
        case .left(let link, _): self.forget(link)
        case .opened(let session, let wishes): self.sessions[session] = Session(wishes: wishes)
        case .submitted(let session, let batch, _): self.batches[batch] = Batch(session: session)
        case .cancelled, .woken: break
        case .closed(let session): self.sessions[session] = nil
        }
    }

    private mutating func note(_ report: HostReport, of link: LinkNumber) {
        switch report {
        case .leaving:
            self.links[link]?.isLeaving = true
            for (number, grant) in self.grants where grant.link == link && !grant.isClosed { self.end(number) }
        case .finished(let batch), .failed(let batch, _):
            for (number, grant) in self.grants where grant.link == link && grant.batches.contains(batch) {
                self.grants[number]?.batches.remove(batch)
            }
        default: break
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
        case .finish(let batch):
            self.expect(event.isFinish(of: batch), "batch \(batch) is finished by \(event)")
            self.complete(batch)
            self.tally.finished += 1
        case .fail(let batch, let failure): self.fail(batch, failure)
        case .workersChanged(let session, let workers): self.sessions[session]?.told = workers
        case .sessionFailed(let session, _):
            self.expect(self.sessions[session]?.hasFailed == false, "session \(session) fails twice")
            self.sessions[session]?.hasFailed = true
            self.tally.failedSessions += 1
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
        self.grants[grant] = Grant(link: link, session: session, workers: workers)
        self.sessions[session]?.workers += workers
        let most = self.sessions[session]?.wishes.workers ?? .max
        self.expect(self.sessions[session]?.workers ?? 0 <= most, "session \(session) has more than it asked for")
    }

    private mutating func run(_ batch: BatchNumber, on link: LinkNumber, _ number: GrantNumber) {
        let isThere = self.links[link].map { !$0.isLeaving } ?? false
        self.expect(isThere, "batch \(batch) goes to link \(link), which is not there, or leaves")
        guard let grant = self.grants[number], !grant.isClosed, grant.link == link else {
            return self.complain("batch \(batch) goes to grant \(number), which is none of link \(link)")
        }
        guard let record = self.batches[batch] else { return self.complain("batch \(batch) runs, and is none") }
        self.expect(record.session == grant.session, "batch \(batch) runs for another session")
        self.expect(!record.holders.contains(link), "batch \(batch) runs on link \(link) twice")
        let wishes = self.sessions[record.session]?.wishes
        let most = wishes?.isSpeculative == true && wishes?.isIdempotent == true ? 2 : 1
        self.expect(record.runCount < most, "batch \(batch) runs \(record.runCount + 1) times")
        let limit = grant.workers * self.settings.batchesAhead
        self.expect(grant.batches.count < limit, "grant \(number) gets more than \(limit) batches")
        self.grants[number]?.batches.insert(batch)
        self.batches[batch]?.holders.append(link)
        self.batches[batch]?.runCount += 1
        if record.runCount == 1 { self.tally.secondRuns += 1 }
    }

    private mutating func disconnect(_ link: LinkNumber, _ why: String, at now: UInt64) {
        guard let record = self.links[link] else { return self.complain("link \(link) is disconnected, and is none") }
        if why.hasPrefix("nothing was heard") {
            let silence = now - record.lastHeard
            let longest = self.settings.silentIntervals * self.settings.heartbeatInterval
            self.expect(silence >= longest, "link \(link) is lost after \(silence) of silence")
            self.tally.silences += 1
        }
        self.forget(link)
    }

    private mutating func accept(_ batch: BatchNumber, _ event: CoordinatorEvent) {
        guard case .message(let link, .answer(batch)) = event, self.batches[batch]?.holders.contains(link) == true,
            self.links[link] != nil
        else { return self.complain("an answer of batch \(batch) is accepted from \(event)") }
        self.batches[batch]?.isAnswered = true
        self.tally.answers += 1
    }

    private mutating func fail(_ batch: BatchNumber, _ failure: CoordinatorFailure) {
        guard let record = self.batches[batch] else { return self.complain("batch \(batch) fails, and is none") }
        let wishes = self.sessions[record.session]?.wishes
        switch failure {
        case .notBegun(isReturned: false, _):
            let mayHaveBegun = record.isAnswered || record.runCount > 0 && wishes?.isIdempotent == false
            self.expect(!mayHaveBegun || wishes == nil, "batch \(batch) fails as not begun, and has")
            self.tally.notBegun += 1
        case .notBegun(isReturned: true, _): self.tally.returned += 1
        case .lost: self.tally.lost += 1
        case .died: self.tally.died += 1
        }
        self.complete(batch)
    }

    private mutating func complete(_ batch: BatchNumber) {
        self.expect(self.batches.removeValue(forKey: batch) != nil, "batch \(batch) is completed twice")
    }

    // MARK: - Between events

    /// Sees that every session has what it may have, and knows it.
    mutating func checkAllotment() {
        let slotCount = self.links.values.reduce(0) { $1.isLeaving ? $0 : $0 + $1.slots }
        for (number, session) in self.sessions {
            self.expect(
                session.told == session.workers,
                "session \(number) was told \(session.told) of \(session.workers)"
            )
            guard !session.hasFailed else { continue }
            let due = min(session.wishes.workers ?? .max, slotCount)
            self.expect(session.workers == due, "session \(number) has \(session.workers) workers instead of \(due)")
        }
        for (link, record) in self.links {
            for session in self.sessions.keys {
                let workers = self.grants.values.reduce(0) {
                    $1.link == link && $1.session == session && !$1.isClosed ? $0 + $1.workers : $0
                }
                self.expect(workers <= record.slots, "session \(session) has more of link \(link) than there is")
            }
        }
    }
}

extension CoordinatorEvent {
    fileprivate func isFinish(of batch: BatchNumber) -> Bool {
        guard case .message(_, .finished(batch)) = self else { return false }
        return true
    }
}
