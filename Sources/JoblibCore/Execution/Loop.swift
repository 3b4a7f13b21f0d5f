// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX
public import Synchronization

/// One call on workers that share memory: who is inside, whether it must stop, and what went wrong first.
///
/// Subclasses say what there is to claim and how it is run. See docs/architecture.md, "The life of one call".
// SAFETY: `call`, `isAnnounced` and `teamSession` are written before any other thread knows the loop, `seatsTaken` and `placesHeld` are touched
// under the lock of the outermost loop's team; the rest are constants, atomics and mutexes.
@usableFromInline
class Loop: @unchecked Sendable {
    let plan: CallPlan

    /// The loop around the one in whose task this call was made; `nil` for an outermost one.
    let parent: Loop?

    /// Made by the first that waits: most loops complete before anybody has to.
    private let lazyEvent = OnceReference<WaitWord>()

    /// Set once somebody must stop the loop; every worker looks before each task.
    @usableFromInline
    let stopped = Atomic<Bool>(false)

    /// How many loops there are down to this one, from 1.
    let depth: Int

    /// The call on the session whose workers help; `nil` while the caller is alone, and in a nested loop that its team alone
    /// helps with.
    var call: OpenCall?

    /// Whether the loop is on its team's list, so that others may help and whoever stops the loop around it stops it.
    var isAnnounced = false

    /// The session of a nested loop's helpers where it has no call.
    var teamSession: (any WorkerSession)?

    /// How many places in the team its helpers hold that return with the one its waiting caller has lent; the business of
    /// ``Team``.
    var placesHeld = 0

    /// How many threads work here or are on their way, the caller included; the business of ``Team``.
    var seatsTaken = 0

    /// Helpers that were called and have not come yet.
    let expected = ExpectedHelpers()

    /// The budget of an outermost loop and of all loops nested in it; those nested ones' own is not used.
    let team: Mutex<Team>

    // SAFETY: the root of a nested loop; not counted, since the loop holds its parents and they hold it.
    private unowned(unsafe) let outermost: Loop?

    private let isStream: Bool
    /// The same call for whoever stops the loop, perhaps before it has one.
    private let cancellable = Mutex<OpenCall?>(nil)

    private let gate = Gate()
    private let workerIndices = Mutex(WorkerIndices())
    private let firstError = Mutex<(any Error)?>(nil)
    private let lazySeed: Mutex<UInt64?>

    /// Makes a loop.
    ///
    /// - Parameters:
    ///   - plan: What was decided about the call.
    ///   - isStream: Whether the caller is no worker itself: it takes results while others work, or is suspended.
    init(_ plan: CallPlan, isStream: Bool = false) {
        self.plan = plan
        self.isStream = isStream
        self.parent = plan.enclosing?.loop
        unsafe self.outermost = self.parent?.root
        self.depth = (self.parent?.depth ?? 0) + 1
        self.team = Mutex(Team(limit: plan.workers, members: plan.callerWorks && !isStream ? 1 : 0))
        self.lazySeed = Mutex(plan.settings.config.seed)
    }

    // MARK: - What a subclass provides

    /// Claims and runs tasks until none is left for this worker.
    func work(_ runner: Runner) {
        preconditionFailure("a loop must say how it works")
    }

    /// What the caller does in place of `work`; by default the same.
    func workAsCaller(_ runner: Runner) {
        self.work(runner)
    }

    /// Whether a worker that came now would find a task.
    var hasWork: Bool { false }

    /// Whether the loop is over once nobody is inside; not for one that waits for room before it reads on.
    var isOverWhenEmpty: Bool { !self.hasWork }

    /// How many tasks there are, where that is known beforehand.
    var taskCount: Int? { nil }

    /// Runs a task again whose worker was lost.
    func requeue(_ index: Int, attempt: Int) {}

    /// Records the failure of a task in its place, where the call keeps going; `false` if it does not.
    func settle(_ index: Int, _ failure: TaskFailure) -> Bool { false }

    /// Called when a helper is submitted in place of a lost one.
    func helperWillCome() {}

    /// Called when a helper that was submitted for this loop has left it for the first time, or is lost in a task of it.
    func helperDidLeave() {}

    /// Called when the session may have more workers than before.
    func workersDidChange() { self.callMoreHelpers() }

    /// Called on the caller's thread, which has nothing left to do but to wait.
    func callerWillWait() {}

    /// Called whenever the loop is stopped.
    func didStop() {}

    /// Called by the last one out, after which nothing of the loop runs.
    func didComplete() {}

    // MARK: - Identity

    /// Whether the caller is in a task of another loop and will only wait, so that its place in the team is free meanwhile.
    final var lendsPlace: Bool { !self.plan.callerWorks && self.parent != nil && !self.isStream }

    /// Whether the caller is one of the workers from the beginning to the end.
    final var callerHasSeat: Bool { self.plan.callerWorks && !self.isStream }

    /// Whether one more may work here without there being more than `nJobs`.
    final var hasFreeSeat: Bool { self.seatsTaken < self.plan.workers }

    /// The outermost loop, whose team and budget all loops nested in it share.
    final var root: Loop { unsafe self.outermost ?? self }

    final func isNested(in other: Loop) -> Bool {
        var ancestor = self.parent
        while let loop = ancestor {
            if loop === other { return true }
            ancestor = loop.parent
        }
        return false
    }

    /// The seed from which the random numbers of every task derive: the one given, or one for this call.
    var rootSeed: UInt64 {
        self.lazySeed.withLock { seed in
            if let seed { return seed }
            let fresh = self.plan.makeRootSeed()
            seed = fresh
            return fresh
        }
    }

    /// The session whose workers help; `nil` while the caller is alone.
    final var session: (any WorkerSession)? { self.call?.session ?? self.teamSession }

    // MARK: - Stopping

    /// Whether no further task may start, here or because a loop around this one has stopped.
    @inlinable
    final var isStopped: Bool { self.stopped.load(ordering: .relaxed) }

    /// The loop whose stopping this one notices.
    ///
    /// A nested loop that runs alone in its caller is on no team's list, so nobody stops it: it looks at the loop around it.
    final var stopSource: Loop {
        guard !self.isAnnounced, let parent = self.parent else { return self }
        return parent.stopSource
    }

    /// Whether this loop or one around it has stopped.
    var isStoppedOrOrphaned: Bool { self.isStopped || (self.plan.enclosing?.isOver ?? false) }

    /// Stops the loop and those nested in it; the first error in time is the one that the call throws.
    final func stop(_ error: any Error) {
        self.record(error)
        // Before: a task that sees the loop around its own stopped, and returns, must not be followed by another.
        self.stopNestedLoops()
        self.halt()
        // After: one that opened in between has been told by nobody.
        self.stopNestedLoops()
    }

    /// Stops the loops nested in this one, innermost first, for the same reason.
    ///
    /// - Parameter isIncluded: Which of them; by default all.
    final func stopNestedLoops(where isIncluded: (Loop) -> Bool = { _ in true }) {
        for nested in self.root.team.withLock({ $0.openLoops(below: self) }).reversed()
        where !nested.isStopped && isIncluded(nested) {
            nested.record(ParallelError.outerLoopEnded)
            nested.halt()
        }
    }

    private func record(_ error: any Error) {
        self.firstError.withLock { first in
            if first == nil { first = error }
        }
    }

    private func halt() {
        self.stopped.store(true, ordering: .releasing)
        self.cancellable.withLock { $0 }?.cancel()
        self.didStop()
    }

    /// What the call has to throw.
    final var error: (any Error)? { self.firstError.withLock { $0 } }

    /// Makes a call the one on whose session helpers work.
    final func adopt(_ call: OpenCall) {
        self.call = call
        self.isAnnounced = true
        self.cancellable.withLock { $0 = call }
        // Whoever stopped the loop before has told nobody.
        if self.isStopped { call.cancel() }
        call.listen(self)
    }

    // MARK: - Joining and leaving

    final func enter() -> Bool { self.gate.enter() }

    final func takeWorkerIndex() -> Int { self.workerIndices.withLock { $0.take() } }

    /// Leaves the loop, giving the worker's number back unless its thread was abandoned.
    final func leave(_ workerIndex: Int?) {
        if let workerIndex { self.workerIndices.withLock { $0.give(workerIndex) } }
        if self.gate.leave(isOver: { self.isOverWhenEmpty }) == .completed { self.complete() }
    }

    /// Lets nobody in any more.
    final func close() {
        if self.gate.close() == .completed { self.complete() }
    }

    /// Lets nobody in any more if the loop is over and nobody is inside.
    final func closeIfOver() {
        if self.isOverWhenEmpty, self.gate.closeIfEmpty() == .completed { self.complete() }
    }

    /// Whether nobody can enter any more.
    final var isClosed: Bool { self.gate.isClosed }

    final var isCompleted: Bool { self.gate.isCompleted }

    /// Whether nobody is inside at the moment.
    final var isEmpty: Bool { self.gate.isEmpty }

    /// Whether one is inside and nobody on the way.
    final var hasOneLeft: Bool { self.gate.hasOneLeft && self.expected.areNone }

    private func complete() {
        self.didComplete()
        self.advanceEvent()
    }

    /// Moves when the loop completes, and when its waiting caller may help.
    ///
    /// Who waits looks at what it waits for between reading its count and waiting.
    final var event: WaitWord {
        if let event = self.lazyEvent.object { return event }
        let event = self.lazyEvent.set(WaitWord())
        // With the one below: either the event is seen there, or what preceded is seen here.
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        return event
    }

    /// Tells whoever waits that something has changed.
    final func advanceEvent() {
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        self.lazyEvent.object?.advance()
    }

    // MARK: - Running

    /// Runs the loop from opening to the last worker's leaving; the calling thread is one of the workers, or waits.
    ///
    /// - Parameter usefulWorkers: How many workers could find a task.
    /// - Throws: The error that came first in time, or the session's if no worker could be had.
    final func runToEnd(usefulWorkers: Int) throws {
        guard let report = self.plan.report else { return try self.runUnreported(usefulWorkers: usefulWorkers) }
        report.begin(self)
        do {
            try self.runUnreported(usefulWorkers: usefulWorkers)
        } catch {
            report.finish(error)
            report.waitUntilTold()
            throw error
        }
        report.finish(nil)
        report.waitUntilTold()
    }

    private func runUnreported(usefulWorkers: Int) throws {
        for scope in self.plan.stopScopes { scope.add(self) }
        defer { for scope in self.plan.stopScopes { scope.remove(self) } }

        let callerWorks = self.plan.callerWorks
        // Before any helper can: a helper that finds nobody inside and nothing to do closes the loop.
        if callerWorks { _ = self.enter() }
        try self.callHelpers(usefulWorkers - (callerWorks ? 1 : 0), areNeeded: !callerWorks)
        if callerWorks {
            Runner.stay(in: self, self.workAsCaller)
            self.close()
        }
        self.callerWillWait()
        self.waitForOthers(helps: callerWorks)
        self.retire()
        if let error = self.error { throw error }
    }
}
