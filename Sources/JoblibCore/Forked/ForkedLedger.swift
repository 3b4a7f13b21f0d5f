// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// What forked workers that died have left undone, who is to do it, and what their deaths count for: the decisions.
struct ForkedLedger: Sendable {
    /// Positions for one worker to begin with.
    struct Assignment: Sendable, Equatable {
        var range: Range<Int>
        var attempt = 1

        /// How many attempts do not count against the retries, since somebody else ended their workers.
        var freeAttempts = 0

        /// Whether each task is to be told of before the next begins, since one of them ends workers in a way that leaves no trace.
        var isIsolated = false
    }

    /// What a death in a task leads to.
    enum Verdict: Sendable, Equatable {
        /// The task runs again, elsewhere.
        case again(attempt: Int)

        /// The task has failed.
        case failed

        /// The task has failed, having ended every worker that it was given, though by somebody else's doing.
        case quarantined
    }

    /// How often a task whose worker was ended from outside runs again, whatever `retries` says.
    private static let outsideLimit = 2

    /// How many workers in a row may die in no task before the call gives up.
    private static let unexplainedLimit = 3

    /// How many may stand still.
    private static let stuckLimit = 2

    private var reruns: [Assignment] = []
    private var outsideDeaths: [Int: Int] = [:]
    private var unexplainedDeaths = 0

    /// The tasks that have ended their workers in a row.
    var fatalTasks = FatalStreak()

    /// How many tasks were found open when nobody was at work, and how often in a row there were no fewer.
    private var openCount = Int.max
    private var fruitlessSearches = 0

    /// Whether workers end as they should and leave the same tasks open, again and again.
    var isHopeless: Bool { self.fruitlessSearches > Self.unexplainedLimit }
    private var stuckWorkers = 0

    /// How many workers are at work.
    private(set) var active = 0

    var hasReruns: Bool { !self.reruns.isEmpty }

    /// Says what the next worker begins with.
    ///
    /// - Parameters:
    ///   - hasUnclaimed: Whether there are positions that nobody has claimed.
    ///   - findOpen: Finds those that were claimed and lost, once nobody is at work.
    /// - Returns: What to do before claiming, perhaps nothing; `nil` when no worker is needed.
    mutating func next(hasUnclaimed: Bool, findOpen: () -> [Range<Int>]) -> [Assignment]? {
        if let rerun = self.reruns.popLast() {
            self.active += 1
            return [rerun]
        }
        if hasUnclaimed {
            self.active += 1
            return []
        }
        guard self.active == 0 else { return nil }
        // A worker that dies between claiming and saying so leaves no other trace.
        let open = findOpen()
        let count = open.reduce(0) { $0 + $1.count }
        if count == 0 || self.isHopeless { return nil }
        self.fruitlessSearches = count < self.openCount ? 1 : self.fruitlessSearches + 1
        self.openCount = count
        if self.isHopeless { return nil }
        self.active += 1
        return open.map { Assignment(range: $0) }
    }

    /// Notes that a worker is gone.
    ///
    /// - Parameters:
    ///   - rest: What it had claimed and not done, its last task aside.
    ///   - isolated: Whether to find out which of them has ended it.
    mutating func left(_ rest: [Range<Int>], isolated: Bool = false) {
        self.active -= 1
        if isolated {
            let positions = rest.flatMap { $0 }.reversed()
            self.reruns += positions.map { Assignment(range: $0..<$0 + 1, isIsolated: true) }
            return
        }
        // Shared a worker with whatever has ended it, and are not to blame.
        self.reruns += rest.filter { !$0.isEmpty }.map { Assignment(range: $0) }
    }

    /// Judges a task in which a worker has died.
    ///
    /// - Parameters:
    ///   - index: The task.
    ///   - attempt: Which attempt it was.
    ///   - retries: How many more are asked for.
    ///   - isFromOutside: Whether somebody else has ended the worker.
    /// - Returns: What follows; a task that runs again is among what the next worker begins with.
    mutating func judge(_ index: Int, attempt: Int, retries: Int, isFromOutside: Bool) -> Verdict {
        self.unexplainedDeaths = 0
        let outside = self.outsideDeaths[index, default: 0]
        var mayRunAgain = attempt - outside <= retries
        if isFromOutside, outside < Self.outsideLimit {
            self.outsideDeaths[index] = outside + 1
            mayRunAgain = true
        }
        guard mayRunAgain else { return isFromOutside ? .quarantined : .failed }
        let free = self.outsideDeaths[index, default: 0]
        self.reruns.append(Assignment(range: index..<index + 1, attempt: attempt + 1, freeAttempts: free))
        return .again(attempt: attempt + 1)
    }

    /// Notes that a worker has died in no task.
    ///
    /// - Parameter isStuck: Whether it was ended since it stood still.
    /// - Returns: Whether to give up.
    mutating func noteUnexplainedDeath(isStuck: Bool = false) -> Bool {
        self.unexplainedDeaths += 1
        if isStuck {
            self.stuckWorkers += 1
            return self.stuckWorkers >= Self.stuckLimit
        }
        return self.unexplainedDeaths >= Self.unexplainedLimit
    }

    /// Notes that a task has ended.
    mutating func noteProgress() { self.unexplainedDeaths = 0 }
}
