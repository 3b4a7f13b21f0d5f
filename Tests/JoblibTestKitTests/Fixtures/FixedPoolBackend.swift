// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Joblib
import JoblibPOSIX
import Synchronization

/// A backend whose sessions have threads of their own, as many as were asked for: another kind than `"threading"`.
struct FixedPoolBackend: ParallelBackend {
    /// Whether another thread stands in for one that waits; without it a session may wait for itself.
    var standsIn = true

    func open(_ request: OpenRequest) throws -> any WorkerSession {
        try FixedPoolSession(threads: request.workers, standsIn: self.standsIn)
    }
}

final class FixedPoolSession: WorkerSession {
    private struct State {
        var queue: [Batch] = []
        var isClosed = false

        /// How many threads have nobody to stand in for any more.
        var surplus = 0
    }

    private let threads: Int
    private let standsIn: Bool
    private let state = Mutex(State())
    private let changes = WaitWord()

    init(threads: Int, standsIn: Bool) throws {
        self.threads = threads
        self.standsIn = standsIn
        for _ in 0..<threads { try self.startThread() }
    }

    var workers: Int { self.threads }

    func submit(_ batch: Batch) {
        self.state.withLock { $0.queue.append(batch) }
        self.changes.advance()
    }

    func whileWaiting(_ body: () -> Void) {
        guard self.standsIn, (try? self.startThread()) != nil else { return body() }
        body()
        self.state.withLock { $0.surplus += 1 }
        self.changes.advance()
    }

    func workerWasLost() {
        // One too many once that thread comes back, which does no harm.
        try? self.startThread()
    }

    func close() {
        self.state.withLock { $0.isClosed = true }
        self.changes.advance()
    }

    private func startThread() throws {
        try PlatformThread.start(name: "fixed-pool") { self.live() }
    }

    private func live() {
        while true {
            let seen = self.changes.count
            let (batch, mayEnd) = self.state.withLock { state -> (Batch?, Bool) in
                if !state.queue.isEmpty { return (state.queue.removeFirst(), false) }
                guard !state.isClosed, state.surplus == 0 else {
                    state.surplus = max(0, state.surplus - 1)
                    return (nil, true)
                }
                return (nil, false)
            }
            if mayEnd { return }
            guard let batch else {
                self.changes.wait(while: seen)
                continue
            }
            batch.run()
        }
    }
}
