// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// The lines that a call with `verbose` prints, made of its events: joblib's, and one that says why it was slow.
struct VerboseText: Sendable {
    private let rule: VerboseRule
    private let backend: String
    private var ended = 0
    private var dispatched = 0
    private var workers = 1
    private var taskCountAtStart: Int?
    private var speed = SpeedReport()

    /// Ends of tasks about whose lines is not decided yet, and the total where it is known.
    private var undecided: [(end: ParallelEvent, since: UInt64)] = []
    private var decided = 0
    private var total: Int?

    /// Makes the text of a call.
    ///
    /// - Parameters:
    ///   - rule: Which tasks have a line.
    ///   - backend: The backend's name for people.
    init(rule: VerboseRule, backend: String) {
        self.rule = rule
        self.backend = backend
    }

    /// Returns the lines that the dispatch of tasks calls for.
    mutating func linesAfterDispatch(of count: Int, batchSize: Int) -> [String] {
        self.speed.noteBatch(of: batchSize)
        self.dispatched += count
        return self.decide()
    }

    /// Returns the lines that an event calls for; dispatches have a function of their own.
    ///
    /// - Parameters:
    ///   - event: The event.
    ///   - now: The monotonic clock, in nanoseconds.
    /// - Returns: The lines.
    mutating func lines(for event: ParallelEvent, at now: UInt64) -> [String] {
        self.speed.note(event)
        self.total = event.taskCount ?? self.total
        switch event.kind {
        case .started:
            self.workers = event.workerCount ?? 1
            self.taskCountAtStart = event.taskCount
            return self.rule.isSequential
                ? [] : ["Using backend \(self.backend) with \(self.workers) concurrent workers."]
        case .finished, .failed:
            self.ended += 1
            self.undecided.append((event, now))
            return self.decide()
        case .done:
            self.total = self.ended
            return self.decide() + self.linesAtEnd(event)
        case .hostJoined, .hostLeft, .hostLost, .hostExcluded:
            return self.line(ofHost: event).map { [$0] } ?? []
        default:
            return []
        }
    }

    // MARK: - Deciding

    /// Since when the end of a task has been undecided.
    var undecidedSince: UInt64? { self.undecided.first?.since }

    /// Decides about ends that have been undecided since a time, by what is known now, and returns their lines.
    mutating func decide(since time: UInt64) -> [String] {
        self.decide { $0 <= time }
    }

    /// Decides about the ends of tasks as joblib would, and returns their lines.
    ///
    /// joblib reads further ahead than the workers here, so it knows earlier of the last tasks that they are the last: what
    /// it would know about the end of a task is known here when the input has been read as far.
    private mutating func decide(_ isOverdue: (UInt64) -> Bool = { _ in false }) -> [String] {
        var lines: [String] = []
        var position = 0
        while position < self.undecided.count {
            let (end, since) = self.undecided[position]
            let isKnown =
                self.total != nil || self.rule.isSequential
                || (self.rule.preDispatch > 0
                    && self.dispatched >= self.decided + 1 + max(self.rule.preDispatch - 1, 1))
            guard isKnown || isOverdue(since) else { break }
            position += 1
            self.decided += 1
            // Of a task that has failed there is none.
            if end.kind == .finished { lines += self.linesAfterTask(end, number: self.decided) }
        }
        self.undecided.removeFirst(position)
        return lines
    }

    private func linesAfterTask(_ event: ParallelEvent, number: Int) -> [String] {
        switch self.rule.line(after: number, of: self.total, dispatched: self.dispatched) {
        case .ended?:
            return [self.line(event, number, of: self.taskCountAtStart)]
        case .remaining?:
            let total = self.total ?? self.dispatched
            let remaining = event.elapsed.inSeconds / Double(number) * Double(total - number)
            return [self.line(event, number, of: total) + " remaining: \(Self.time(remaining))"]
        case nil:
            return []
        }
    }

    private func linesAtEnd(_ event: ParallelEvent) -> [String] {
        if self.ended == 0 {
            // joblib's sequential loop ends with its line even then.
            let isDone = self.rule.isSequential && event.end == .completed
            return isDone ? [self.line(event, 0, of: 0) + " finished"] : []
        }
        var lines: [String] = []
        // joblib's stays away where the last task ends before it knows that there is no other.
        if event.end == .completed { lines.append(self.line(event, self.ended, of: self.ended) + " finished") }
        lines.append(
            self.speed.text(
                elapsed: event.elapsed,
                workers: self.workers,
                input: event.inputDuration ?? .zero,
                encoding: event.encodingDuration ?? .zero
            )
        )
        return lines
    }

    /// joblib has no hosts: those that go wrong have a line whatever is asked for, and those that come and go where every task has one.
    private func line(ofHost event: ParallelEvent) -> String? {
        let name = event.host ?? "?"
        switch event.kind {
        case .hostLost: return "Host \(name) is lost: \(event.reason ?? "")"
        case .hostExcluded: return "Host \(name) is left out: \(event.reason ?? "")"
        case _ where self.rule.verbosity <= 10: return nil
        case .hostJoined:
            let count = event.workerCount ?? 0
            return "Host \(name) has come with \(count) \(count == 1 ? "worker" : "workers")."
        default: return "Host \(name) has left."
        }
    }

    private func line(_ event: ParallelEvent, _ number: Int, of total: Int?) -> String {
        // As wide as what was known at the beginning.
        let width = self.taskCountAtStart.map { $0 > 0 ? String($0).utf8.count : 3 } ?? 3
        let ended = String(number).aligned(right: width)
        let elapsed = "| elapsed: \(Self.time(event.elapsed.inSeconds))"
        if let total { return "Done \(ended) out of \(String(total).aligned(right: width)) \(elapsed)" }
        let padding = String(repeating: " ", count: "out of ".utf8.count + width - "tasks".utf8.count)
        return "Done \(ended) tasks \(padding)\(elapsed)"
    }

    /// A time as joblib prints it: seconds, and minutes after the first.
    static func time(_ seconds: Double) -> String {
        seconds > 60
            ? String(seconds / 60, decimals: 1).aligned(right: 4) + "min"
            : " " + String(seconds, decimals: 1).aligned(right: 5) + "s"
    }
}
