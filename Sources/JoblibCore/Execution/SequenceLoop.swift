// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Synchronization

/// A loop over lazily read tasks whose results make a list.
///
/// Workers read by turns and write results unlocked. A worker holds one batch at a time, so the input is never read
/// further ahead than there are workers, and with fewer batches allowed than that, fewer workers come.
// SAFETY: see its properties; the rest are constants and atomics.
@usableFromInline
final class SequenceLoop: Loop, @unchecked Sendable {
    /// Reads and runs tasks; built in the caller's module, so that reading and storing are compiled for its types.
    ///
    /// Not `@Sendable`, although several threads call it: it captures the type of the sequence, whose conformance may be
    /// isolated to the caller. The caller is blocked meanwhile, and workers read one at a time.
    @usableFromInline
    typealias Share = (inout TurnClaims) throws -> Void

    let held = HeldTasks()
    private let isExhausted = Atomic<Bool>(false)

    // SAFETY: written once before the loop is announced, cleared once after its gate has closed for ever.
    private var share: Share?

    @usableFromInline
    init(_ plan: CallPlan, _ share: @escaping Share) {
        self.share = share
        super.init(plan)
    }

    /// Runs the loop to its end.
    ///
    /// - Throws: The error that came first in time.
    @usableFromInline
    func run() throws {
        // With it goes the input, which must not outlive the call.
        defer { self.share = nil }
        try self.runToEnd(usefulWorkers: min(self.plan.workers, self.plan.window ?? .max))
    }

    func didExhaust() {
        self.isExhausted.store(true, ordering: .releasing)
    }

    override func work(_ runner: Runner) {
        guard let share = self.share else { return }
        var claims = TurnClaims(loop: self, runner: runner)
        do {
            try share(&claims)
        } catch is Abandoned {
            return
        } catch {
            self.stop(error)
        }
    }

    override var hasWork: Bool {
        !self.isStopped && (!self.isExhausted.load(ordering: .acquiring) || self.held.hasReruns)
    }

    override func requeue(_ index: Int, attempt: Int) {
        self.held.requeue(index, attempt: attempt)
    }

    override func settle(_ index: Int, _ failure: TaskFailure) -> Bool {
        self.held.settle(index, failure)
    }
}
