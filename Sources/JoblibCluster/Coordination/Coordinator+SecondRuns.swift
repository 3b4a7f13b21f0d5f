// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

extension Coordinator {
    /// Runs batches that take much longer than the others of their call on idle workers of other hosts, too.
    mutating func startSecondRuns(
        of session: Int,
        at now: UInt64,
        into effects: inout [CoordinatorEffect]
    ) {
        let wishes = self.sessions[session].wishes
        guard wishes.isSpeculative, wishes.isIdempotent, self.sessions[session].failure == nil else { return }
        for call in self.sessions[session].busyCalls {
            guard self.sessions[session].hasIdleWorkers else { return }
            self.startSecondRuns(of: call, session, at: now, into: &effects)
        }
    }

    private mutating func startSecondRuns(
        of call: Int,
        _ session: Int,
        at now: UInt64,
        into effects: inout [CoordinatorEffect]
    ) {
        let most = self.settings.speculationShare * Double(self.calls[call].submittedCount)
        guard Double(self.calls[call].endedCount) >= most, let median = self.calls[call].durations.median else {
            return
        }
        let longest = UInt64(min(Double(median) * self.settings.speculationFactor, 9e18))
        // The first is the one that is out for longest, since those of a call are given to hosts in the order in which they came.
        var candidate = self.calls[call].candidate
        while let index = candidate, let lease = self.batches[index].lease {
            if !self.batches[index].isCancelled {
                let due = lease.since &+ longest
                guard now > due else {
                    self.awakenForSecondRun(of: session, at: due &+ 1)
                    break
                }
                guard let grant = self.idleGrant(of: session, elsewhereThan: lease) else { break }
                self.leaseAgain(index, to: grant, at: now, into: &effects)
            }
            candidate = self.batches[index].next
        }
        self.calls[call].candidate = candidate
    }

    private func idleGrant(of session: Int, elsewhereThan lease: BatchLease) -> Int? {
        let host = self.grants[lease.grant].host
        return self.sessions[session].loads.firstIdle { self.grants[$0].host != host }
    }

    private mutating func awakenForSecondRun(of session: Int, at time: UInt64) {
        if let deadline = self.sessions[session].secondRunDeadline, deadline <= time { return }
        self.sessions[session].secondRunDeadline = time
        self.deadlines.insert(.secondRun(self.sessions[session].number), at: time)
    }
}
