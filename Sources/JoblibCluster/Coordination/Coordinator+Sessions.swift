// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

extension Coordinator {
    mutating func open(
        _ session: SessionNumber,
        _ wishes: SessionWishes,
        at now: UInt64,
        into effects: inout [CoordinatorEffect]
    ) {
        precondition(self.sessionIndices[session] == nil, "session \(session) is open already")
        let index = self.sessions.insert(
            SessionRecord(number: session, wishes: wishes, batchesAhead: self.settings.batchesAhead)
        )
        self.sessionIndices[session] = index
        self.sessionOrder.append(index)
        self.allotSlots(to: index, at: now, into: &effects)
    }

    mutating func close(_ session: Int, at now: UInt64, into effects: inout [CoordinatorEffect]) {
        for call in self.sessions[session].busyCalls {
            while let index = self.calls[call].first {
                let number = self.batches[index].number
                self.revokeLeases(of: index)
                effects.append(.fail(number, .notBegun(isReturned: false, "its session was closed")))
                self.remove(batch: index)
            }
        }
        for call in self.sessions[session].idleCalls { self.calls.remove(at: call) }
        for grant in self.sessions[session].grants.sorted() { self.close(grant, into: &effects) }
        self.sessionIndices[self.sessions[session].number] = nil
        self.sessionOrder.removeAll { $0 == session }
        self.refusedSessions.removeAll { $0 == session }
        self.sessions[session] = SessionRecord(number: 0, wishes: SessionWishes(), batchesAhead: 1)
        self.sessions.remove(at: session)
        self.allotSlots(at: now, into: &effects)
    }

    /// What hosts still say of a batch that is none any more is to be expected.
    private mutating func revokeLeases(of batch: Int) {
        for lease in self.leases(of: batch) {
            let revoked = RevokedBatch(grant: lease.grant, isRefused: false)
            self.hosts[self.grants[lease.grant].host].revoked[self.batches[batch].number] = revoked
        }
    }

    /// A session takes no batch any more; those that are with hosts end by themselves.
    mutating func fail(
        _ session: Int,
        _ failure: SessionFailure,
        at now: UInt64,
        into effects: inout [CoordinatorEffect]
    ) {
        guard self.sessions[session].failure == nil else { return }
        self.sessions[session].failure = failure
        effects.append(.sessionFailed(self.sessions[session].number, failure))
        for call in self.sessions[session].busyCalls {
            self.failWaiting(of: call, because: "its session has failed", into: &effects)
        }
    }

    /// Fails the batches of a call that wait, which are the last ones of it.
    mutating func failWaiting(of call: Int, because why: String, into effects: inout [CoordinatorEffect]) {
        var waiting: [Int] = []
        var previous = self.calls[call].last
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
