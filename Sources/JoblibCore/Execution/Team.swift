// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// The threads that an outermost loop and all loops nested in it may use together: its `nJobs`.
///
/// Pure bookkeeping. The rules: never more threads at work than the limit, and never more in one loop than its own
/// `nJobs`, each of whom has a *seat* in it; a thread that has run out of tasks looks for a loop of the team that has some
/// and a free seat; a thread that *waits for* a loop helps only with loops nested in that one, so that a lock held across
/// an inner loop can never wait for itself.
struct Team {
    private let limit: Int

    /// Threads at work or on their way, the outermost caller included.
    private(set) var members: Int

    /// Loops that might take another worker.
    private var open = LoopList()

    /// Loops whose callers have nothing to do but wait.
    private var waiting = LoopList()

    init(limit: Int, members: Int) {
        self.limit = limit
        self.members = members
    }

    /// What opening a loop asks of the caller.
    struct Opening {
        /// How many batches to submit.
        var helpers: Int

        /// The loops whose waiting callers should be woken, since they may help.
        var wake: [Loop]
    }

    /// Whether nobody else may be taken on.
    var isFull: Bool { self.members >= self.limit }

    /// Announces a loop that could use up to `wanted` workers beside its caller.
    ///
    /// Where its caller only waits, that one's place is free, and somebody has to come.
    ///
    /// - Parameters:
    ///   - loop: The loop.
    ///   - wanted: How many workers beside its caller could find something to do.
    /// - Returns: What the budget allows.
    mutating func open(_ loop: Loop, wanting wanted: Int) -> Opening {
        self.open.append(loop)
        if loop.lendsPlace { self.members -= 1 }
        let helpers = max(loop.lendsPlace ? 1 : 0, min(wanted, self.limit - self.members))
        loop.seatsTaken = loop.callerHasSeat ? 1 : 0
        loop.placesHeld = 0
        self.seat(helpers, in: loop)
        var wake: [Loop] = []
        if helpers < wanted {
            wake = self.waiting.filter { loop.isNested(in: $0) }
        }
        return Opening(helpers: helpers, wake: wake)
    }

    /// Takes another helper on for a loop, if the budget and the loop's own limit allow.
    ///
    /// - Parameters:
    ///   - loop: The loop.
    ///   - workers: How many batches its session can run at once.
    ///   - inPlaceOfCaller: Whether its caller, who can only wait, lends its own place.
    /// - Returns: Whether they do.
    mutating func addHelper(to loop: Loop, of workers: Int, inPlaceOfCaller: Bool) -> Bool {
        guard inPlaceOfCaller || self.members < self.limit, loop.hasFreeSeat else { return false }
        guard loop.seatsTaken - (loop.callerHasSeat ? 1 : 0) < workers else { return false }
        self.seat(1, in: loop)
        return true
    }

    /// Gives back the places of helpers of a loop that were announced and will not come, or are lost.
    mutating func removeHelpers(_ count: Int, from loop: Loop) {
        self.seat(-count, in: loop)
    }

    private mutating func seat(_ helpers: Int, in loop: Loop) {
        self.members += helpers
        loop.seatsTaken += helpers
        if loop.lendsPlace { loop.placesHeld += helpers }
    }

    /// Notes that a thread works which no loop has called: an asynchronous body's, or a caller's that was taken for lost.
    mutating func addMember() {
        self.members += 1
    }

    /// Notes that such a thread has left.
    mutating func removeMember() {
        self.members -= 1
    }

    /// Seats a thread that comes of its own accord and has a place in the team already; `false` when no seat is free.
    mutating func takeSeat(in loop: Loop) -> Bool {
        guard loop.hasFreeSeat else { return false }
        loop.seatsTaken += 1
        return true
    }

    /// Makes the place of such a thread one of the loop's helpers', who may hold theirs together with their caller.
    mutating func adopt(in loop: Loop) {
        if loop.lendsPlace { loop.placesHeld += 1 }
    }

    /// Frees such a thread's seat.
    mutating func leaveSeat(in loop: Loop) {
        loop.seatsTaken -= 1
    }

    /// Finds a loop that could use another helper, when a place in the team is free.
    func loopInNeed() -> Loop? {
        guard self.members < self.limit else { return nil }
        return self.open.last { $0.call != nil && $0.hasFreeSeat && $0.hasWork }
    }

    /// Takes a loop off the list: it is over.
    ///
    /// Where the caller had lent its place it takes it back in one step with its helpers' leaving, so that nobody can take
    /// the place in between.
    ///
    /// - Parameters:
    ///   - loop: The loop.
    ///   - missing: How many of its helpers have not come to give their places back.
    mutating func close(_ loop: Loop, missing: Int) {
        self.open.remove(loop)
        self.members += loop.lendsPlace ? 1 - loop.placesHeld : -missing
    }

    /// Finds a loop with tasks left for a helper that has run out of them in another; without one, or when it is one too
    /// many, it leaves the team.
    mutating func nextLoop(on session: any WorkerSession, after finished: Loop) -> Loop? {
        finished.seatsTaken -= 1
        if self.members <= self.limit,
            let loop = self.open.last(where: { $0.session === session && $0.hasFreeSeat && $0.hasWork })
        {
            loop.seatsTaken += 1
            return loop
        }
        self.members -= 1
        return nil
    }

    /// Finds a nested loop with tasks left for the caller of `loop`, which waits; without one it is listed as waiting.
    mutating func nextLoop(below loop: Loop) -> Loop? {
        let nested = self.open.last { $0 !== loop && $0.isNested(in: loop) && $0.hasFreeSeat && $0.hasWork }
        if let nested {
            nested.seatsTaken += 1
            return nested
        }
        self.waiting.append(loop)
        return nil
    }

    /// Takes a caller off the list of those that wait.
    mutating func stopWaiting(_ loop: Loop) {
        self.waiting.remove(loop)
    }

    /// The open loops nested in one.
    func openLoops(below loop: Loop) -> [Loop] {
        self.open.filter { $0 !== loop && $0.isNested(in: loop) }
    }
}

/// A few loops, the newest last; one of them takes no memory of its own, which is all that most teams ever have.
private struct LoopList {
    private var first: Loop?
    private var others: [Loop] = []

    mutating func append(_ loop: Loop) {
        if self.first == nil, self.others.isEmpty { self.first = loop } else { self.others.append(loop) }
    }

    mutating func remove(_ loop: Loop) {
        if self.first === loop { self.first = nil } else { self.others.removeAll { $0 === loop } }
    }

    func last(where isWanted: (Loop) -> Bool) -> Loop? {
        if let loop = self.others.last(where: isWanted) { return loop }
        return self.first.flatMap { isWanted($0) ? $0 : nil }
    }

    func filter(_ isWanted: (Loop) -> Bool) -> [Loop] {
        var wanted: [Loop] = []
        if let first = self.first, isWanted(first) { wanted.append(first) }
        for loop in self.others where isWanted(loop) { wanted.append(loop) }
        return wanted
    }
}
