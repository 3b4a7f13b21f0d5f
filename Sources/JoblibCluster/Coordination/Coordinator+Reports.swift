// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

extension Coordinator {
    mutating func receive(
        _ report: HostReport,
        from link: LinkNumber,
        at now: UInt64,
        into effects: inout [CoordinatorEffect]
    ) {
        guard let host = self.hostIndices[link] else { return }
        self.activities[host].lastHeard = now
        switch report {
        case .answer(let batch): self.accept(batch, from: host, at: now, into: &effects)
        case .finished(let batch): self.finish(batch, of: host, at: now, into: &effects)
        case .failed(let batch, let failure): self.fail(batch, of: host, failure, at: now, into: &effects)
        case .refused(let grant, let refusal): self.refuse(grant, of: host, refusal, at: now, into: &effects)
        case .leaving: self.startLeaving(host, at: now, into: &effects)
        case .nonsense: self.endNonsense(of: host, at: now, into: &effects)
        }
    }

    private mutating func accept(
        _ batch: BatchNumber,
        from host: Int,
        at now: UInt64,
        into effects: inout [CoordinatorEffect]
    ) {
        if let index = self.batchIndices[batch], self.lease(of: index, with: host) != nil {
            self.batches[index].isAnswered = true
            effects.append(.accept(batch))
        } else if self.hosts[host].revoked[batch] == nil {
            self.noteFault(of: host, at: now, into: &effects)
        }
    }

    private mutating func finish(
        _ batch: BatchNumber,
        of host: Int,
        at now: UInt64,
        into effects: inout [CoordinatorEffect]
    ) {
        guard let index = self.batchIndices[batch], let lease = self.lease(of: index, with: host) else {
            return self.endRevoked(batch, of: host, at: now, into: &effects)
        }
        let record = self.batches[index]
        if let other = self.otherLease(of: index, than: lease) {
            let revoked = RevokedBatch(grant: other.grant, isRefused: false)
            self.hosts[self.grants[other.grant].host].revoked[batch] = revoked
            if !record.isCancelled { effects.append(.cancel(self.grants[other.grant].link, batch)) }
        }
        self.activities[host].returnCount = 0
        effects.append(.finish(batch))
        if self.sessions[record.session].wishes.isSpeculative {
            self.calls[record.call].durations.insert(now &- lease.since)
        }
        self.remove(batch: index)
        self.takeBatch(from: lease.grant, into: &effects)
        self.goOn(with: record.session, at: now, into: &effects)
    }

    private mutating func fail(
        _ batch: BatchNumber,
        of host: Int,
        _ failure: BatchFailure,
        at now: UInt64,
        into effects: inout [CoordinatorEffect]
    ) {
        guard let index = self.batchIndices[batch], let lease = self.lease(of: index, with: host) else {
            return self.endRevoked(batch, of: host, at: now, into: &effects)
        }
        let session = self.batches[index].session
        let isExcessive = self.isExcessive(failure, of: index, lease, host)
        if !self.dropCopy(of: index, with: lease.grant) {
            let name = self.hosts[host].description.name
            switch failure {
            case .returned: effects.append(.fail(batch, .notBegun(isReturned: true, "\(name) has given it back")))
            case .died(let notice): effects.append(.fail(batch, .died(notice)))
            case .lost(let why): effects.append(.fail(batch, .lost("\(name): \(why)")))
            }
            self.remove(batch: index)
        }
        self.takeBatch(from: lease.grant, into: &effects)
        if isExcessive { return self.endReturns(of: host, at: now, into: &effects) }
        self.goOn(with: session, at: now, into: &effects)
    }

    /// Whether a host gives back one batch too many that it was not asked for.
    private mutating func isExcessive(
        _ failure: BatchFailure,
        of batch: Int,
        _ lease: BatchLease,
        _ host: Int
    ) -> Bool {
        guard failure == .returned else {
            self.activities[host].returnCount = 0
            return false
        }
        let record = self.batches[batch]
        let isRecalled = self.grants[lease.grant].recallTime.map { lease.since <= $0 } ?? false
        let isAsked =
            isRecalled || record.isCancelled || self.hosts[host].isLeaving
            || self.sessions[record.session].failure != nil
        guard !isAsked else { return false }
        self.activities[host].returnCount += 1
        let most = 2 * self.hosts[host].description.slots * self.settings.batchesAhead
        return self.activities[host].returnCount > max(self.settings.largestReturnCount, most)
    }

    /// What was taken from a host has ended there.
    private mutating func endRevoked(
        _ batch: BatchNumber,
        of host: Int,
        at now: UInt64,
        into effects: inout [CoordinatorEffect]
    ) {
        guard let revoked = self.hosts[host].revoked.removeValue(forKey: batch) else {
            return self.noteFault(of: host, at: now, into: &effects)
        }
        self.hosts[host].returnStart = now
        let session = self.grants[revoked.grant].session
        self.takeBatch(from: revoked.grant, into: &effects)
        if let session { self.goOn(with: session, at: now, into: &effects) }
    }

    /// A grant has room, or a call one batch less.
    private mutating func goOn(
        with session: Int,
        at now: UInt64,
        into effects: inout [CoordinatorEffect]
    ) {
        self.assignWaiting(of: session, at: now, into: &effects)
        self.review(session, at: now, into: &effects)
    }
}
