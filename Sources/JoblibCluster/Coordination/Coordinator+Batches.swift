// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

extension Coordinator {
    mutating func submit(
        _ batch: BatchNumber,
        of session: SessionNumber,
        call: UInt64,
        at now: UInt64,
        into effects: inout [CoordinatorEffect]
    ) {
        guard let record = self.sessions[session], record.failure == nil else {
            let why = self.sessions[session] == nil ? "its session is closed" : "its session has failed"
            effects.append(.fail(batch, .notBegun(isReturned: false, why)))
            return
        }
        precondition(self.batchIndices[batch] == nil, "batch \(batch) was submitted already")
        let index = self.batches.insert(BatchRecord(number: batch, session: session, call: call))
        self.batchIndices[batch] = index
        self.append(index, to: call, of: session)
        self.sessions[session]?.queue.append(batch)
        self.sessions[session]?.waitingCount += 1
        self.assignWaiting(of: session, at: now, into: &effects)
        self.review(session, at: now, into: &effects)
    }

    /// Gives batches that wait to the emptiest grants, as long as there is room.
    mutating func assignWaiting(
        of session: SessionNumber,
        at now: UInt64,
        into effects: inout [CoordinatorEffect]
    ) {
        while let waitingCount = self.sessions[session]?.waitingCount, waitingCount > 0,
            let grant = self.sessions[session]?.loads.emptiest, let batch = self.sessions[session]?.queue.popFirst()
        {
            guard let index = self.batchIndices[batch], self.batches[index].isWaiting else { continue }
            self.sessions[session]?.waitingCount -= 1
            self.batches[index].lease = self.lease(batch, to: grant, at: now, into: &effects)
        }
        if self.sessions[session]?.waitingCount == 0 { self.sessions[session]?.queue.removeAll() }
    }

    mutating func lease(
        _ batch: BatchNumber,
        to grant: Int,
        at now: UInt64,
        into effects: inout [CoordinatorEffect]
    ) -> BatchLease {
        let link = self.grants[grant].link
        self.grants[grant].batches.insert(batch)
        self.updateLoad(of: grant)
        effects.append(.run(link, batch, self.grants[grant].number))
        return BatchLease(link: link, grant: grant, since: now)
    }

    mutating func cancel(
        _ call: UInt64,
        of session: SessionNumber,
        at now: UInt64,
        into effects: inout [CoordinatorEffect]
    ) {
        self.failWaiting(of: call, session, because: "its call was cancelled", into: &effects)
        var next = self.sessions[session]?.calls[call]?.first
        while let index = next {
            let record = self.batches[index]
            next = record.next
            guard !record.isCancelled else { continue }
            self.batches[index].isCancelled = true
            for lease in [record.lease, record.secondLease] {
                if let lease { effects.append(.cancel(lease.link, record.number)) }
            }
        }
        self.review(session, at: now, into: &effects)
    }

    // MARK: - Ends

    /// A copy of a batch is done with, if there is another one; returns whether there is.
    mutating func dropCopy(_ batch: Int, of link: LinkNumber) -> Bool {
        guard let other = self.batches[batch].otherLease(than: link) else { return false }
        self.batches[batch].lease = other
        self.batches[batch].secondLease = nil
        return true
    }

    /// A batch has ended, or never begun.
    mutating func remove(batch index: Int) {
        let record = self.batches[index]
        if record.isWaiting { self.sessions[record.session]?.waitingCount -= 1 }
        self.unlink(index)
        self.batchIndices[record.number] = nil
        self.batches.remove(at: index)
    }

    // MARK: - The batches of a call

    private mutating func append(_ index: Int, to call: UInt64, of session: SessionNumber) {
        var record = self.sessions[session]?.takeCall(call) ?? CallRecord()
        if let last = record.last {
            self.batches[last].next = index
            self.batches[index].previous = last
        } else {
            record.first = index
        }
        record.last = index
        if record.candidate == nil { record.candidate = index }
        record.count += 1
        record.submittedCount += 1
        self.sessions[session]?.calls[call] = record
    }

    private mutating func unlink(_ index: Int) {
        let batch = self.batches[index]
        guard var record = self.sessions[batch.session]?.calls.removeValue(forKey: batch.call) else { return }
        if let previous = batch.previous { self.batches[previous].next = batch.next } else { record.first = batch.next }
        if let next = batch.next { self.batches[next].previous = batch.previous } else { record.last = batch.previous }
        if record.candidate == index { record.candidate = batch.next }
        record.count -= 1
        record.endedCount += 1
        self.sessions[batch.session]?.putBack(record, of: batch.call)
    }
}
