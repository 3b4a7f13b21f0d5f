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

    /// How many workers could still be called.
    // Relaxed: a number is all that two threads have to agree on.
    private let uncalled = Atomic<Int>(0)

    /// For loops whose caller alone reads.
    @usableFromInline
    let readAhead = ReadAheadSignals()

    @usableFromInline
    var readAheadBounds: ReadAheadBounds { ReadAheadBounds(self.plan) }

    // SAFETY: both are written once before the loop is announced, and cleared once after its gate has closed for ever.
    private var share: Share?
    private var callerShare: Share?

    @usableFromInline
    init(_ plan: CallPlan, _ share: @escaping Share) {
        self.share = share
        super.init(plan)
    }

    /// Makes a loop whose shares are set before it runs, since they need to know it.
    @usableFromInline
    init(_ plan: CallPlan) {
        super.init(plan)
    }

    /// Runs the loop to its end, the caller doing something else than the workers: it reads.
    ///
    /// - Throws: The error that came first in time.
    @usableFromInline
    func run(caller: @escaping Share, workers: @escaping Share) throws {
        self.callerShare = caller
        self.share = workers
        try self.run()
    }

    /// Runs the loop to its end.
    ///
    /// - Throws: The error that came first in time.
    @usableFromInline
    func run() throws {
        // With them goes the input, which must not outlive the call.
        defer {
            self.share = nil
            self.callerShare = nil
        }
        let usefulWorkers = min(self.plan.workers, self.plan.window ?? .max)
        let first = min(usefulWorkers, 2)
        self.uncalled.store(usefulWorkers - first, ordering: .relaxed)
        try self.runToEnd(usefulWorkers: first)
    }

    /// Calls some more helpers, if there are any to call: something was read, and there may be more.
    ///
    /// Nobody knows how many tasks there are, so workers are called as they are needed: three tasks do not start a
    /// thousand threads, and twice as many each time are soon enough.
    func callMoreForInput() {
        for _ in 0..<2 where self.uncalled.load(ordering: .relaxed) > 0 {
            guard self.uncalled.wrappingSubtract(1, ordering: .relaxed).oldValue > 0, self.callHelper() else {
                return self.uncalled.store(0, ordering: .relaxed)
            }
        }
    }

    func didExhaust() {
        self.isExhausted.store(true, ordering: .releasing)
    }

    override func work(_ runner: Runner) {
        self.work(runner, self.share)
    }

    override func workAsCaller(_ runner: Runner) {
        self.work(runner, self.callerShare ?? self.share)
    }

    private func work(_ runner: Runner, _ share: Share?) {
        guard let share else { return }
        var claims = TurnClaims(loop: self, runner: runner)
        do {
            try share(&claims)
        } catch is Abandoned {
            return
        } catch {
            self.stop(error)
        }
    }

    override func didStop() {
        self.readAhead.stop()
    }

    override func helperDidLeave() {
        self.readAhead.didMakeRoom()
    }

    /// Lends the seat of the caller, who reads and cannot work as well, to another helper; once.
    func lendSeat() {
        self.root.team.withLock { $0.leaveSeat(in: self) }
        self.callHelper(inPlaceOfCaller: true)
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
