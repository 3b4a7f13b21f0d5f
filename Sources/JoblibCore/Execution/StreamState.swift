// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// What a stream of results has read, has in flight, and holds ready: the decisions, without threads.
///
/// A *batch* is in flight from its claim until its results are in, and buffered until its last result is taken. The
/// window bounds both together, so a consumer that stops stops the input.
struct StreamState<Stored: Sendable>: Sendable {
    /// What came of one batch: results in order, and the failure that ended it early.
    struct Outcome: Sendable {
        let first: Int

        /// How many tasks there were.
        let count: Int
        let results: [Stored]
        let failure: (any Error)?

        /// Makes an outcome.
        ///
        /// - Parameters:
        ///   - first: The index of the first task.
        ///   - count: How many tasks there were; `nil`: one for each result.
        ///   - results: What is handed out.
        ///   - failure: What ended the batch early.
        init(first: Int, count: Int? = nil, results: [Stored], failure: (any Error)?) {
            self.first = first
            self.count = count ?? results.count
            self.results = results
            self.failure = failure
        }
    }

    /// What the consumer gets.
    enum Delivery: Sendable {
        case result(Stored)
        case failure(any Error)
        case end

        /// Nothing yet.
        case pending
    }

    /// How many batches may be in flight or buffered.
    var window: Int
    private let isOrdered: Bool

    /// Whether buffered batches count against the window; not for a list, which has to hold its results anyway.
    private let countsBuffered: Bool

    private var inFlight = 0
    private var buffered = 0
    private var isInputEnded = false

    /// The failure after which nothing new is claimed.
    private var hasFailed = false

    /// Whether the consumer alone may claim.
    private var isReserved = false

    private var ready: [Int: Outcome] = [:]
    private var arrivals = Queue<Int>()
    private var current: (outcome: Outcome, position: Int)?
    private var nextIndex = 0

    /// How many tasks were read, as far as their results have come.
    private var readCount = 0

    init(window: Int?, isOrdered: Bool, countsBuffered: Bool) {
        self.window = window ?? .max
        self.isOrdered = isOrdered
        self.countsBuffered = countsBuffered
    }

    // MARK: - Workers

    /// Whether another batch may be claimed.
    var hasRoom: Bool {
        !self.isReserved && !self.isOver && self.inFlight + (self.countsBuffered ? self.buffered : 0) < self.window
    }

    /// Whether nothing will ever be claimed again.
    var isOver: Bool { self.isInputEnded || self.hasFailed }

    /// Reserves a batch; `false` when there is no room.
    mutating func claim() -> Bool {
        guard self.hasRoom else { return false }
        self.inFlight += 1
        return true
    }

    /// Gives a reserved batch back that found the input empty.
    mutating func claimFoundNothing() {
        self.inFlight -= 1
        self.isInputEnded = true
    }

    // MARK: - The consumer as a worker

    /// Lets nobody but the consumer claim from now on.
    mutating func reserve() { self.isReserved = true }

    /// The index of the first task that nobody has read, once nothing is in flight or buffered any more.
    var reservedIndex: Int? {
        let isIdle = self.inFlight == 0 && self.buffered == 0 && self.current == nil
        return self.isReserved && isIdle && !self.isOver ? self.readCount : nil
    }

    /// Notes that the consumer has found the input empty.
    mutating func inputDidEnd() { self.isInputEnded = true }

    /// Lets others claim again.
    ///
    /// - Parameter index: What the consumer has not read, if it has read anything.
    mutating func endReservation(at index: Int? = nil) {
        self.isReserved = false
        if let index { (self.nextIndex, self.readCount) = (index, index) }
    }

    /// Lets others claim again while the consumer is in a task, which is in flight from now on.
    mutating func handOver(at index: Int) {
        self.endReservation(at: index)
        self.readCount = index + 1
        self.inFlight += 1
    }

    // MARK: - Results

    /// Takes the results of a batch in.
    mutating func complete(_ outcome: Outcome) {
        self.inFlight -= 1
        self.buffered += 1
        if outcome.failure != nil { self.hasFailed = true }
        self.readCount = max(self.readCount, outcome.first + outcome.count)
        self.ready[outcome.first] = outcome
        if !self.isOrdered { self.arrivals.push(outcome.first) }
    }

    /// Notes that a batch is done whose results are kept elsewhere, as those of a list are.
    mutating func complete(hasFailed: Bool) {
        self.inFlight -= 1
        if hasFailed { self.hasFailed = true }
    }

    /// Whether nothing is in flight, and nothing will be.
    var isDone: Bool { self.inFlight == 0 && self.isOver }

    // MARK: - Consumer

    /// Takes the next result in the order of the stream.
    mutating func next() -> Delivery {
        while true {
            if let (outcome, position) = self.current {
                if position < outcome.results.count {
                    self.current = (outcome, position + 1)
                    // The last result of a batch makes room at once, not only when the next is asked for.
                    if position + 1 == outcome.results.count, outcome.failure == nil { self.release(outcome) }
                    return .result(outcome.results[position])
                }
                if let failure = outcome.failure {
                    self.release(outcome)
                    self.hasFailed = true
                    self.isInputEnded = true
                    return .failure(failure)
                }
                self.release(outcome)
            }
            guard let outcome = self.takeReady() else {
                return self.isDone ? .end : .pending
            }
            self.current = (outcome, 0)
        }
    }

    /// What a consumer gets that takes what is there.
    enum BatchDelivery: Sendable {
        case results([Stored])
        case failure(any Error)
        case end

        /// Nothing yet.
        case pending
    }

    /// Takes the results that are next in the order of the stream, as many as have come together.
    ///
    /// They count as buffered until more is asked for, or ``releaseTaken()`` is called.
    mutating func nextBatch() -> BatchDelivery {
        while true {
            if let (outcome, position) = self.current, position < outcome.results.count {
                let results = position == 0 ? outcome.results : Array(outcome.results[position...])
                // Without them: what was taken is let go of by whoever has it, and not here, under a lock.
                let rest = Outcome(first: outcome.first, count: outcome.count, results: [], failure: outcome.failure)
                self.current = (rest, 0)
                return .results(results)
            }
            if self.current != nil {
                switch self.next() {
                case .failure(let failure): return .failure(failure)
                case .end: return .end
                case .pending: return .pending
                case .result(let result): return .results([result])
                }
            }
            guard let outcome = self.takeReady() else {
                return self.isDone ? .end : .pending
            }
            self.current = (outcome, 0)
        }
    }

    /// Makes room for what the consumer has taken, and has got through with.
    mutating func releaseTaken() {
        guard let (outcome, position) = self.current, position == outcome.results.count, outcome.failure == nil else {
            return
        }
        self.release(outcome)
    }

    /// Takes all results that are there, whether those before them are or not, with their indices, in order.
    mutating func takeAll() -> [(index: Int, output: Stored)] {
        var outcomes = self.ready.values.map { ($0, 0) }
        if let current = self.current { outcomes.append((current.outcome, current.position)) }
        (self.ready, self.current) = ([:], nil)
        return outcomes.sorted { $0.0.first < $1.0.first }
            .flatMap { outcome, position in
                outcome.results.indices.dropFirst(position).map { (outcome.first + $0, outcome.results[$0]) }
            }
    }

    private mutating func release(_ outcome: Outcome) {
        self.current = nil
        self.buffered -= 1
    }

    private mutating func takeReady() -> Outcome? {
        if self.isOrdered {
            guard let outcome = self.ready.removeValue(forKey: self.nextIndex) else { return nil }
            self.nextIndex += outcome.count
            return outcome
        }
        guard let first = self.arrivals.pop() else { return nil }
        return self.ready.removeValue(forKey: first)
    }
}
