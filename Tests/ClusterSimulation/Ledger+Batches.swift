// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCluster

// Who runs a batch, and whose word ends it.

extension Ledger {
    mutating func run(_ batch: BatchNumber, on link: LinkNumber, _ number: GrantNumber) {
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

    mutating func accept(_ batch: BatchNumber, _ event: CoordinatorEvent) {
        guard case .message(let link, .answer(batch)) = event, self.batches[batch]?.holders.contains(link) == true,
            self.links[link] != nil
        else { return self.complain("an answer of batch \(batch) is accepted from \(event)") }
        self.batches[batch]?.isAnswered = true
        self.tally.answers += 1
    }

    mutating func finish(_ batch: BatchNumber, _ event: CoordinatorEvent) {
        guard case .message(let link, .finished(batch)) = event, let record = self.batches[batch],
            record.holders.contains(link), self.links[link] != nil
        else { return self.complain("batch \(batch) is finished by \(event)") }
        for other in record.holders where other != link && self.links[other] != nil {
            self.expect(record.cancelled.contains(other), "link \(other) is not told that batch \(batch) is finished")
        }
        self.complete(batch)
        self.tally.finished += 1
    }

    mutating func fail(
        _ batch: BatchNumber,
        _ failure: CoordinatorFailure,
        _ event: CoordinatorEvent,
        at now: UInt64
    ) {
        guard let record = self.batches[batch] else { return self.complain("batch \(batch) fails, and is none") }
        let wishes = self.sessions[record.session]?.wishes
        let mayHaveBegun = record.isAnswered || record.runCount > 0 && wishes?.isIdempotent == false
        let holders = record.holders.filter { self.links[$0] != nil }
        let isWithNobody = holders.isEmpty || event == .closed(record.session)
        let isRefused = self.isRefused(batch, by: holders, event)
        switch failure {
        case .notBegun(isReturned: false, _):
            self.expect(isWithNobody, "batch \(batch) fails by \(event), and is with \(holders)")
            self.expect(!mayHaveBegun || wishes == nil, "batch \(batch) fails as not begun, and has")
            self.tally.notBegun += 1
        case .notBegun(isReturned: true, _):
            let isReturned = event.failure(of: batch, by: holders) == .returned
            self.expect(isReturned || isRefused && !mayHaveBegun, "batch \(batch) is given back by \(event)")
            self.tally.returned += 1
        case .lost:
            var isLost = isWithNobody || isRefused && record.isAnswered
            if case .lost? = event.failure(of: batch, by: holders) { isLost = true }
            // Nobody but the host knows whether it has begun, and it has had its time.
            isLost =
                isLost
                || event == .woken && wishes?.isIdempotent == false
                    && self.grants.values.contains { $0.batches.contains(batch) && self.isOverdue($0, at: now) }
            self.expect(isLost, "batch \(batch) is lost by \(event)")
            self.tally.lost += 1
        case .died:
            var isDead = false
            if case .died? = event.failure(of: batch, by: holders) { isDead = true }
            self.expect(isDead, "batch \(batch) has died by \(event)")
            self.tally.died += 1
        }
        self.complete(batch)
    }

    /// Whether the only host that has a batch refuses the grant that it is of.
    private func isRefused(_ batch: BatchNumber, by holders: [LinkNumber], _ event: CoordinatorEvent) -> Bool {
        guard case .message(let link, .refused(let grant, _)) = event, holders == [link] else { return false }
        return self.grants[grant]?.link == link && self.grants[grant]?.batches.contains(batch) == true
    }

    private mutating func complete(_ batch: BatchNumber) {
        self.expect(self.batches.removeValue(forKey: batch) != nil, "batch \(batch) is completed twice")
    }

    /// Enters what is different after an event: a host has a batch no more that it has failed, or refused.
    mutating func settle(_ event: CoordinatorEvent) {
        switch event {
        case .message(let link, .failed(let batch, _)): self.batches[batch]?.holders.removeAll { $0 == link }
        case .message(let link, .refused(let number, _)):
            guard let grant = self.grants[number], grant.link == link, grant.refusedTime != nil,
                self.sessions[grant.session]?.wishes.isIdempotent == true
            else { return }
            for batch in grant.batches { self.batches[batch]?.holders.removeAll { $0 == link } }
        default: break
        }
    }
}

extension CoordinatorEvent {
    /// Why the only host that has a batch has not done it; `nil` if nobody says so who may.
    fileprivate func failure(of batch: BatchNumber, by holders: [LinkNumber]) -> BatchFailure? {
        guard case .message(let link, .failed(batch, let failure)) = self, holders == [link] else { return nil }
        return failure
    }
}
