// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

extension Coordinator {
    mutating func submit(
        _ batch: BatchNumber,
        of number: SessionNumber,
        call: UInt64,
        at now: UInt64,
        into effects: inout [CoordinatorEffect]
    ) {
        guard let session = self.sessionIndices[number], self.sessions[session].failure == nil else {
            let why = self.sessionIndices[number] == nil ? "its session is closed" : "its session has failed"
            effects.append(.fail(batch, .notBegun(isReturned: false, why)))
            return
        }
        precondition(self.batchIndices[batch] == nil, "batch \(batch) was submitted already")
        let call = self.beginBatch(of: call, session)
        let index = self.batches.insert(BatchRecord(number: batch, session: session, call: call))
        self.batchIndices[batch] = index
        self.link(index)
        if self.sessions[session].waitingCount == 0, let grant = self.sessions[session].loads.emptiest {
            self.lease(index, to: grant, at: now, into: &effects)
        } else {
            self.sessions[session].queue.append(batch)
            self.sessions[session].waitingCount += 1
        }
        self.review(session, at: now, into: &effects)
    }

    /// Gives batches that wait to the emptiest grants, as long as there is room.
    mutating func assignWaiting(of session: Int, at now: UInt64, into effects: inout [CoordinatorEffect]) {
        guard self.sessions[session].waitingCount > 0 else { return }
        while self.sessions[session].waitingCount > 0, let grant = self.sessions[session].loads.emptiest,
            let batch = self.sessions[session].queue.popFirst()
        {
            // Those that have ended while they waited are still in the queue.
            guard let index = self.batchIndices[batch] else { continue }
            self.sessions[session].waitingCount -= 1
            self.lease(index, to: grant, at: now, into: &effects)
        }
        if self.sessions[session].waitingCount == 0 { self.sessions[session].queue.removeAll() }
    }

    mutating func cancel(
        _ number: UInt64,
        of session: Int,
        at now: UInt64,
        into effects: inout [CoordinatorEffect]
    ) {
        guard let call = self.sessions[session].calls[number] else { return }
        self.failWaiting(of: call, because: "its call was cancelled", into: &effects)
        var next = self.calls[call].count > 0 ? self.calls[call].first : nil
        while let index = next {
            let record = self.batches[index]
            next = record.next
            guard !record.isCancelled else { continue }
            self.batches[index].isCancelled = true
            for lease in self.leases(of: index) {
                effects.append(.cancel(self.grants[lease.grant].link, record.number))
            }
        }
        self.review(session, at: now, into: &effects)
    }

    /// A batch has ended, or never begun.
    mutating func remove(batch index: Int) {
        if self.batches[index].isWaiting {
            self.sessions[self.batches[index].session].waitingCount -= 1
        } else {
            self.endLeases(of: index)
        }
        self.unlink(index)
        self.batchIndices[self.batches[index].number] = nil
        self.batches.remove(at: index)
    }
}
