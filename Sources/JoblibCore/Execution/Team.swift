// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// The threads that an outermost loop and all loops nested in it may use together: its `nJobs`.
///
/// Pure bookkeeping. The rules: never more threads at work than the limit; a thread that has run out of tasks looks for
/// a loop of the team that has some; a thread that *waits for* a loop helps only with loops nested in that one, so that
/// a lock held across an inner loop can never wait for itself.
struct Team {
    private let limit: Int

    /// Threads at work or on their way, the outermost caller included.
    private(set) var members: Int

    /// Loops that might take another worker.
    private var open: [Loop] = []

    /// Loops whose callers have nothing to do but wait.
    private var waiting: [Loop] = []

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

    /// Announces a loop that could use up to `wanted` workers beside its caller.
    ///
    /// - Parameters:
    ///   - loop: The loop.
    ///   - wanted: How many workers beside its caller could find something to do.
    ///   - lendsPlace: Whether the caller only waits: then its place is free, and somebody has to come.
    /// - Returns: What the budget allows.
    mutating func open(_ loop: Loop, wanting wanted: Int, lendsPlace: Bool) -> Opening {
        self.open.append(loop)
        if lendsPlace { self.members -= 1 }
        let helpers = max(lendsPlace ? 1 : 0, min(wanted, self.limit - self.members))
        self.members += helpers
        var wake: [Loop] = []
        if helpers < wanted {
            wake = self.waiting.filter { loop.isNested(in: $0) }
        }
        return Opening(helpers: helpers, wake: wake)
    }

    /// Takes another helper on, if the budget allows.
    ///
    /// - Parameter inPlaceOfCaller: Whether a caller that can only wait lends its own place.
    /// - Returns: Whether it does.
    mutating func addMember(inPlaceOfCaller: Bool) -> Bool {
        guard inPlaceOfCaller || self.members < self.limit else { return false }
        self.members += 1
        return true
    }

    /// Takes a loop off the list: it is over.
    ///
    /// - Parameters:
    ///   - loop: The loop.
    ///   - leaving: How many of its helpers hold places that they will not give back themselves.
    ///   - returnsPlace: Whether its caller had lent its place. In one step with the helpers' leaving, so that nobody can
    ///     take the place in between.
    mutating func close(_ loop: Loop, leaving: Int, returnsPlace: Bool) {
        self.open.removeAll { $0 === loop }
        self.members += (returnsPlace ? 1 : 0) - leaving
    }

    /// Finds a loop with tasks left for a helper that has run out of them; without one, or when it is one too many, it leaves the team.
    mutating func nextLoop(on session: any WorkerSession) -> Loop? {
        if self.members <= self.limit, let loop = self.open.last(where: { $0.session === session && $0.hasWork }) {
            return loop
        }
        self.members -= 1
        return nil
    }

    /// Finds a nested loop with tasks left for the caller of `loop`, which waits; without one it is listed as waiting.
    mutating func nextLoop(below loop: Loop) -> Loop? {
        if let nested = self.open.last(where: { $0 !== loop && $0.isNested(in: loop) && $0.hasWork }) { return nested }
        self.waiting.append(loop)
        return nil
    }

    /// Takes a caller off the list of those that wait.
    mutating func stopWaiting(_ loop: Loop) {
        self.waiting.removeAll { $0 === loop }
    }

    /// Gives back the places of helpers that were announced and will not come.
    mutating func removeMembers(_ count: Int) {
        self.members -= count
    }

    /// The open loops nested in one.
    func openLoops(below loop: Loop) -> [Loop] {
        self.open.filter { $0 !== loop && $0.isNested(in: loop) }
    }
}
