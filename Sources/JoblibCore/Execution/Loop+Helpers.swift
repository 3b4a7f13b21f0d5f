// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX
import Synchronization

// How a loop comes by helpers, within the budget of its team, and waits for them.

extension Loop {
    /// Begins a call on a session and submits up to `wanted` batches, as far as the session and the team's budget go.
    ///
    /// - Parameters:
    ///   - wanted: How many could find something to do.
    ///   - areNeeded: Whether the caller will only wait, so that somebody has to come.
    /// - Throws: When no worker could be had and the caller does not work itself.
    final func callHelpers(_ wanted: Int, areNeeded: Bool) throws {
        guard wanted > 0, areNeeded || !self.announceToFullTeam(wanted) else { return }
        let call = try OpenCall(self.plan, taskCount: self.taskCount)
        self.adopt(call)
        // A caller that works on one of the session's own threads takes one of its workers.
        let workers = call.workers - (self.callerHasSeat && WorkerThread.session === call.session ? 1 : 0)
        if areNeeded, workers < 1 {
            call.stopListening(self)
            call.end(call.hasNoWorkers)
            throw call.hasNoWorkers
        }
        let opening = self.root.team.withLock { $0.open(self, wanting: min(wanted, workers)) }
        self.stopIfOrphaned()
        for loop in opening.wake { loop.advanceEvent() }
        for submitted in 0..<opening.helpers {
            do {
                try self.submitHelper(to: call)
            } catch {
                // The tasks do not depend on any one helper: those that came do all of them.
                self.root.team.withLock { $0.removeHelpers(opening.helpers - submitted, from: self) }
                guard areNeeded else { break }
                if submitted > 0 {
                    self.stopIfDeserted(error)
                    break
                }
                self.stop(error)
                self.retire()
                throw error
            }
        }
    }

    /// Announces a nested loop that no helper could be called for to those of its team who run out of tasks.
    ///
    /// That takes no call, where they are threads of the very session that it would be made on.
    ///
    /// - Parameter wanted: How many could find something to do.
    /// - Returns: Whether it was announced; not while the team has a place.
    private func announceToFullTeam(_ wanted: Int) -> Bool {
        guard let parent = self.parent, self.plan.pool == nil, let session = parent.session,
            self.plan.settings === parent.plan.settings || self.plan.settings.usedLast(session)
        else { return false }
        self.teamSession = session
        self.isAnnounced = true
        guard let opening = self.root.team.withLock({ $0.isFull ? $0.open(self, wanting: wanted) : nil }) else {
            self.teamSession = nil
            self.isAnnounced = false
            return false
        }
        self.stopIfOrphaned()
        for loop in opening.wake { loop.advanceEvent() }
        return true
    }

    /// Announces the loop to its team with a call for which helpers can be had.
    final func attach(_ call: OpenCall) {
        self.adopt(call)
        _ = self.root.team.withLock { $0.open(self, wanting: 0) }
        self.stopIfOrphaned()
    }

    // A loop around this one that stopped before this one was on the list has not told it.
    private func stopIfOrphaned() {
        if self.plan.enclosing?.isOver == true { self.stop(ParallelError.outerLoopEnded) }
    }

    /// Submits another batch if the session, the team's budget, and the loop's own limit allow.
    ///
    /// - Parameter inPlaceOfCaller: Whether the caller, who can only wait, lends its own place.
    /// - Returns: Whether a helper is on its way; a session that has none left for now is no reason to fail.
    @discardableResult
    final func callHelper(inPlaceOfCaller: Bool = false) -> Bool {
        guard let call = self.call else { return false }
        let workers = call.workers
        if workers < 1 {
            if inPlaceOfCaller { self.stop(call.hasNoWorkers) }
            return false
        }
        let isAllowed = self.root.team.withLock {
            $0.addHelper(to: self, of: workers, inPlaceOfCaller: inPlaceOfCaller)
        }
        guard isAllowed else { return false }
        self.helperWillCome()
        do {
            try self.submitHelper(to: call)
            return true
        } catch {
            self.root.team.withLock { $0.removeHelpers(1, from: self) }
            self.helperDidLeave()
            // A call that has just ended needs nobody.
            if inPlaceOfCaller, !call.isSealed { self.stop(error) }
            return false
        }
    }

    /// Calls as many helpers as have become possible.
    final func callMoreHelpers() {
        while self.hasWork, self.callHelper() {}
    }

    /// Submits one batch in place of a worker that is lost in a task, and whose place in the team it takes.
    ///
    /// - Parameter wasCalled: Whether the lost worker had come for this loop, and not of its own accord.
    final func replaceLostWorker(wasCalled: Bool) {
        guard let call = self.call else { return }
        self.helperWillCome()
        if !wasCalled { self.root.team.withLock { $0.adopt(in: self) } }
        do {
            try self.submitHelper(to: call)
        } catch {
            self.giveUpLostWorker(wasCalled: true)
            self.helperDidLeave()
            if !call.isSealed { self.stop(error) }
        }
    }

    /// Gives the place in the team of a worker back that is lost in a task and needs no replacement.
    final func giveUpLostWorker(wasCalled: Bool) {
        self.root.team.withLock { team in
            if !wasCalled { team.adopt(in: self) }
            team.removeHelpers(1, from: self)
        }
        self.offerFreePlaces()
    }

    /// Calls helpers for loops of the team that had to do with fewer while places were taken that are free now.
    private func offerFreePlaces() {
        let root = self.root
        while let loop = root.team.withLock({ $0.loopInNeed() }), loop.callHelper() {}
    }

    private func submitHelper(to call: OpenCall) throws(ParallelError) {
        self.expected.call()
        do {
            try call.submit(self)
        } catch {
            _ = self.expected.arrive()
            throw error
        }
    }

    /// Takes the loop off its team's list and ends its call; who comes now comes for nothing.
    final func retire() {
        guard let call = self.call else {
            if self.isAnnounced { self.root.team.withLock { $0.close(self, missing: 0) } }
            return
        }
        call.stopListening(self)
        call.seal()
        let missing = self.expected.dismiss()
        self.root.team.withLock { $0.close(self, missing: missing) }
        if self.lendsPlace { self.offerFreePlaces() }
        call.end(self.error)
    }

    /// Waits until everybody has left.
    ///
    /// - Parameter helps: Whether the thread helps nested loops meanwhile; not if its place in the team is lent.
    final func waitForOthers(helps: Bool) {
        let root = self.root
        while !self.isCompleted {
            let seen = self.event.count
            guard !self.isCompleted else { return }
            guard helps else {
                WorkerThread.wait(for: self.event, while: seen)
                continue
            }
            if let nested = root.team.withLock({ $0.nextLoop(below: self) }) {
                let ending = Runner.help(nested)
                root.team.withLock { team in
                    // The one who took the lost thread's place keeps it.
                    if ending == .abandoned { team.addMember() } else { team.leaveSeat(in: nested) }
                }
                continue
            }
            self.event.wait(while: seen, spins: 2000)
            root.team.withLock { $0.stopWaiting(self) }
        }
    }
}

extension Loop: BatchWork {
    // Not merely closed: while somebody is inside, a loop nested in this one may want the helper, whose place in the team
    // is held until it comes.
    var isObsolete: Bool { self.isCompleted }

    /// A helper's life: it works for this loop, then for any loop of the team that has tasks left.
    func runAsBatch() {
        // Dismissed: its place in the team has been given back, and the loop is over.
        guard self.expected.arrive(), let session = self.session else { return }
        let root = self.root
        // Too late, most often: a caller that works ends such a loop itself, and would have to wait for whoever is inside.
        let comesForNothing = self.callerHasSeat && !self.hasWork
        // Whoever is lost in a task has been reported, and replaced, by the watchdog.
        if !comesForNothing, Runner.help(self, isSubmitted: true) == .abandoned { return }
        // On the place of a caller that waits, a helper is there for that caller's loop alone, which gives it back.
        var next = root.team.withLock { self.lendsPlace ? nil : $0.nextLoop(on: session, after: self) }
        // Afterwards: whoever is told finds the seat free.
        self.helperDidLeave()
        if self.lendsPlace { return }
        while let loop = next {
            if Runner.help(loop) == .abandoned { return }
            next = root.team.withLock { $0.nextLoop(on: session, after: loop) }
        }
        // Loops of other sessions cannot have this thread, but its place.
        self.offerFreePlaces()
    }
}

extension Loop {
    /// Does without a helper whose batch the backend will not run.
    final func batchFailed(_ error: ParallelError) {
        guard self.expected.arrive() else { return }
        self.root.team.withLock { $0.removeHelpers(1, from: self) }
        self.stopIfDeserted(error)
        self.helperDidLeave()
    }

    /// Stops if nobody is left to do the tasks: calling somebody else would most likely end in the same way.
    private final func stopIfDeserted(_ error: any Error) {
        guard self.isEmpty, self.expected.areNone, !self.isClosed else { return }
        // Between the moment in which the last one leaves a loop that is over and the one in which it closes it: nothing is
        // missing then.
        guard !self.isOverWhenEmpty else { return self.closeIfOver() }
        self.stop(error)
        self.close()
    }
}

/// Counts the helpers that were called and have not come, each of which holds a place in the team.
///
/// A backend may drop the batch of a loop that is over; then nobody comes to give the place back.
struct ExpectedHelpers: ~Copyable {
    // Acquiring and releasing: a helper that arrives sees what the caller did before it called.
    private let count = Atomic<Int>(0)

    func call() {
        self.count.wrappingAdd(1, ordering: .acquiringAndReleasing)
    }

    /// Notes that a helper has come; `false` when it is no longer expected.
    func arrive() -> Bool {
        var seen = self.count.load(ordering: .relaxed)
        while seen > 0 {
            let (exchanged, original) = self.count.weakCompareExchange(
                expected: seen,
                desired: seen - 1,
                ordering: .acquiringAndReleasing
            )
            if exchanged { return true }
            seen = original
        }
        return false
    }

    /// Whether nobody is on the way.
    var areNone: Bool { self.count.load(ordering: .acquiring) == 0 }

    /// Expects nobody any more, and returns how many have not come.
    func dismiss() -> Int {
        self.count.exchange(0, ordering: .acquiringAndReleasing)
    }
}
