// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// What becomes of tasks whose workers are lost: the decisions, for tasks that were sent.
struct ShippingLedger: Sendable {
    /// A task that is with a worker, or is to be.
    struct Entry: Sendable, Equatable {
        var index: Int
        var attempt = 1

        /// How many more attempts it has.
        var retries: Int
    }

    /// How often a task runs again whose worker was ended by somebody else, whatever `retries` says.
    private static let outsideLimit = 2

    /// How often in a row batches may be lost before any task has ended.
    private static let fruitlessLimit = 16

    private var outsideLosses: [Int: Int] = [:]
    private var fruitlessLosses = 0

    /// Moves with each loss that counts.
    ///
    /// What was sent before the last one of them is lost with it: a host that is gone had all that its workers had ahead, and is one loss.
    private(set) var lossRound = 0

    /// The tasks that have ended their workers in a row.
    var fatalTasks = FatalStreak()

    /// Whether nothing but losses happens.
    var isHopeless: Bool { self.fruitlessLosses >= Self.fruitlessLimit }

    /// Whether a task whose worker somebody else has ended would run again.
    func mayLose(_ entry: Entry) -> Bool {
        self.outsideLosses[entry.index, default: 0] < Self.outsideLimit || entry.retries > 0
    }

    /// Notes that a task has ended.
    mutating func noteProgress() { self.fruitlessLosses = 0 }

    /// Notes that a batch was lost that was sent in a round.
    mutating func noteLoss(sentIn round: Int) {
        guard round == self.lossRound else { return }
        self.lossRound += 1
        self.fruitlessLosses += 1
    }

    /// Decides about a task that has lost its worker by its own fault, or by somebody else's.
    ///
    /// - Parameters:
    ///   - entry: The task.
    ///   - isFromOutside: Whether it was somebody else.
    /// - Returns: The next attempt; `nil` when there is none.
    mutating func retry(_ entry: Entry, isFromOutside: Bool) -> Entry? {
        let losses = self.outsideLosses[entry.index, default: 0]
        if isFromOutside, losses < Self.outsideLimit {
            self.outsideLosses[entry.index] = losses + 1
            return Entry(index: entry.index, attempt: entry.attempt + 1, retries: entry.retries)
        }
        guard entry.retries > 0 else { return nil }
        return Entry(index: entry.index, attempt: entry.attempt + 1, retries: entry.retries - 1)
    }
}

/// How many tasks the next batch has that is sent.
struct ShippingSizer: Sendable {
    // What sending costs is lost in the first; the second is how long a call takes to notice that it is to end, and how far
    // workers may be apart at its end.
    private static let shortest: UInt64 = 2_000_000
    private static let longest: UInt64 = 50_000_000

    // What a batch costs is lost in it, and a stream of short tasks, which has several on their way, takes little memory.
    private static let largest = 1 << 13

    private(set) var size = 1

    /// Notes how long the tasks of a batch took.
    ///
    /// - Parameters:
    ///   - count: How many there were.
    ///   - work: Their durations together, in nanoseconds.
    mutating func didRun(_ count: Int, work: UInt64) {
        if work < Self.shortest {
            // One that was made before the size has changed says nothing of the size now.
            if count >= self.size { self.size = min(count * 2, Self.largest) }
        } else if work > Self.longest, count <= self.size {
            self.size = max(1, Int(UInt64(count) * Self.longest / work / 2))
        }
    }

    /// The size of a batch that has so many tasks left before it, for so many workers.
    func size(unread: Int?, workers: Int) -> Int {
        guard let unread else { return self.size }
        return max(1, min(self.size, unread / (2 * workers)))
    }
}
