// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCluster

/// What opens sessions and submits batches in the simulation, as the real core does.
struct SimulatedCore {
    struct Session {
        let number: SessionNumber
        let wishes: SessionWishes

        /// Whether its workers cannot be had.
        let isRefused: Bool

        /// How many of its batches are out at most.
        let window: Int
        var calls: [Call]
        var isOpen = false
        var isClosed = false
        var hasFailed = false

        var isDone: Bool { self.calls.allSatisfy(\.isDone) }
    }

    struct Call {
        let number: UInt64

        /// What is to be submitted yet, again or for the first time: numbers of jobs.
        var pending: [Int]
        var outCount = 0
        var doneCount = 0
        let jobCount: Int
        var isCancelled = false

        /// Whether nothing of it is out, and nothing is to come.
        var isDone: Bool { self.outCount == 0 && (self.isCancelled || self.pending.isEmpty) }
    }

    /// A batch that is out.
    struct Batch {
        let session: Int
        let call: Int
        let job: Int
    }

    var sessions: [Session] = []
    var batches: [BatchNumber: Batch] = [:]
    var nextBatch: BatchNumber = 1

    /// The jobs that have died, which do not run for ever.
    var deaths: [Int: Int] = [:]

    /// How often each job was given back, and how often that is too often.
    var returns: [Int: Int] = [:]
    static let largestReturnCount = 5000

    var isDone: Bool { self.sessions.allSatisfy { $0.isClosed } }

    /// Takes the next batch of a session that may be submitted now.
    mutating func takeNext(of session: Int) -> (BatchNumber, call: UInt64)? {
        guard self.sessions[session].isOpen, !self.sessions[session].isClosed, !self.sessions[session].hasFailed else {
            return nil
        }
        let outCount = self.sessions[session].calls.reduce(0) { $0 + $1.outCount }
        guard outCount < self.sessions[session].window else { return nil }
        let next = self.sessions[session].calls.firstIndex { !$0.isCancelled && !$0.pending.isEmpty }
        guard let call = next else { return nil }
        let job = self.sessions[session].calls[call].pending.removeFirst()
        self.sessions[session].calls[call].outCount += 1
        let number = self.nextBatch
        self.nextBatch += 1
        self.batches[number] = Batch(session: session, call: call, job: job)
        return (number, self.sessions[session].calls[call].number)
    }

    /// A batch is complete: it is done, or runs again as another one, or is given up.
    mutating func complete(_ number: BatchNumber, _ failure: CoordinatorFailure?) {
        guard let batch = self.batches.removeValue(forKey: number) else { return }
        self.sessions[batch.session].calls[batch.call].outCount -= 1
        switch failure {
        case nil:
            self.sessions[batch.session].calls[batch.call].doneCount += 1
            return
        case .died:
            self.deaths[batch.job, default: 0] += 1
            if self.deaths[batch.job] == 3 { return }
        case .notBegun(isReturned: true, _): self.returns[batch.job, default: 0] += 1
        case .notBegun, .lost: break
        }
        guard !self.sessions[batch.session].calls[batch.call].isCancelled, !self.sessions[batch.session].hasFailed
        else {
            return
        }
        self.sessions[batch.session].calls[batch.call].pending.append(batch.job)
    }

    mutating func fail(_ session: Int) {
        self.sessions[session].hasFailed = true
        for call in self.sessions[session].calls.indices { self.sessions[session].calls[call].pending = [] }
    }
}
