// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

extension Coordinator {
    mutating func open(
        _ session: SessionNumber,
        _ wishes: SessionWishes,
        at now: UInt64,
        into effects: inout [CoordinatorEffect]
    ) {
        precondition(self.sessions[session] == nil, "session \(session) is open already")
        self.sessions[session] = SessionRecord(wishes: wishes, batchesAhead: self.settings.batchesAhead)
        self.sessionOrder.append(session)
        self.allotSlots(to: session, at: now, into: &effects)
    }

    mutating func close(_ session: SessionNumber, at now: UInt64, into effects: inout [CoordinatorEffect]) {
        guard let record = self.sessions[session] else { return }
        for call in record.busyCalls {
            var next = record.calls[call]?.first
            while let index = next {
                next = self.batches[index].next
                let number = self.batches[index].number
                self.revokeLeases(of: index)
                effects.append(.fail(number, .notBegun(isReturned: false, "its session was closed")))
                self.remove(batch: index)
            }
        }
        for grant in record.grants.sorted() {
            effects.append(.close(self.grants[grant].link, self.grants[grant].number))
            self.release(grant)
            self.retire(grant)
            if self.grants[grant].batches.isEmpty { self.remove(grant) }
        }
        self.sessions[session] = nil
        self.sessionOrder.removeAll { $0 == session }
        self.allotSlots(at: now, into: &effects)
    }

    /// What hosts still say of a batch that is none any more is to be expected.
    private mutating func revokeLeases(of batch: Int) {
        for lease in [self.batches[batch].lease, self.batches[batch].secondLease] {
            guard let lease else { continue }
            self.hosts[lease.link]?.revoked[self.batches[batch].number] = lease.grant
        }
    }

    /// A session takes no batch any more; those that are with hosts end by themselves.
    mutating func fail(
        _ session: SessionNumber,
        _ failure: SessionFailure,
        at now: UInt64,
        into effects: inout [CoordinatorEffect]
    ) {
        guard let record = self.sessions[session], record.failure == nil else { return }
        self.sessions[session]?.failure = failure
        effects.append(.sessionFailed(session, failure))
        for call in record.busyCalls {
            self.failWaiting(of: call, session, because: "its session has failed", into: &effects)
        }
    }

    /// Fails the batches of a call that wait, which are the last ones of it.
    mutating func failWaiting(
        of call: UInt64,
        _ session: SessionNumber,
        because why: String,
        into effects: inout [CoordinatorEffect]
    ) {
        var waiting: [Int] = []
        var previous = self.sessions[session]?.calls[call]?.last
        while let index = previous, self.batches[index].isWaiting {
            waiting.append(index)
            previous = self.batches[index].previous
        }
        for index in waiting.reversed() {
            effects.append(.fail(self.batches[index].number, .notBegun(isReturned: false, why)))
            self.remove(batch: index)
        }
    }
}
