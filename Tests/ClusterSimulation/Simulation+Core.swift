// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCluster

extension Simulation {
    mutating func open(_ session: Int) {
        self.core.sessions[session].isOpen = true
        self.tell(.opened(self.core.sessions[session].number, self.core.sessions[session].wishes))
        self.agenda.insert(.submit(session: session), at: self.now)
    }

    /// Submits what may be, and closes the session if nothing is left of it.
    mutating func submit(_ session: Int) {
        guard self.core.sessions[session].isOpen, !self.core.sessions[session].isClosed else { return }
        while self.complaint == nil, let (batch, call) = self.core.takeNext(of: session) {
            self.tell(.submitted(self.core.sessions[session].number, batch, call: call))
        }
        guard self.core.sessions[session].isDone, self.complaint == nil else { return }
        self.core.sessions[session].isClosed = true
        self.tell(.closed(self.core.sessions[session].number))
    }

    mutating func complete(_ batch: BatchNumber, _ failure: CoordinatorFailure?) {
        guard let record = self.core.batches[batch] else { return self.complain("batch \(batch) is not out") }
        self.lastCompletion = self.now
        self.core.complete(batch, failure)
        if self.core.returns[record.job, default: 0] > SimulatedCore.largestReturnCount {
            self.complain("job \(record.job) is given back again and again")
        }
        self.agenda.insert(.submit(session: record.session), at: self.now + (failure == nil ? 0 : 5))
    }

    mutating func cancel(_ call: Int, of session: Int) {
        let record = self.core.sessions[session]
        guard record.isOpen, !record.isClosed, !record.calls[call].isCancelled else { return }
        self.core.sessions[session].calls[call].isCancelled = true
        self.tell(.cancelled(record.number, call: record.calls[call].number))
        self.agenda.insert(.submit(session: session), at: self.now)
    }
}
