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

    /// Lines of a task that may turn out to be the last one, which has another line.
    private var held: [String] = []

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
        defer { self.held = [] }
        return self.held
    }

    /// Returns the lines that an event calls for; dispatches have a function of their own.
    mutating func lines(for event: ParallelEvent) -> [String] {
        self.speed.note(event)
        switch event.kind {
        case .started:
            self.workers = event.workerCount ?? 1
            self.taskCountAtStart = event.taskCount
            return self.rule.isSequential
                ? [] : ["Using backend \(self.backend) with \(self.workers) concurrent workers."]
        case .finished:
            self.ended += 1
            let lines = self.linesAfterTask(event)
            // Of an input that is read lazily nobody knows yet whether there is another.
            guard event.taskCount == nil, self.ended == self.dispatched, !self.rule.isSequential else { return lines }
            self.held += lines
            return []
        case .failed:
            self.ended += 1
            return []
        case .done:
            return self.linesAtEnd(event)
        default:
            return []
        }
    }

    private func linesAfterTask(_ event: ParallelEvent) -> [String] {
        switch self.rule.line(after: self.ended, of: event.taskCount, dispatched: self.dispatched) {
        case .ended?:
            return [self.line(event, of: self.taskCountAtStart)]
        case .remaining?:
            let total = event.taskCount ?? self.dispatched
            let remaining = event.elapsed.inSeconds / Double(self.ended) * Double(total - self.ended)
            return [self.line(event, of: total) + " remaining: \(Self.time(remaining))"]
        case nil:
            return []
        }
    }

    private func linesAtEnd(_ event: ParallelEvent) -> [String] {
        if self.ended == 0 {
            // joblib's sequential loop ends with its line even then.
            let isDone = self.rule.isSequential && event.end == .completed
            return isDone ? [self.line(event, of: 0) + " finished"] : []
        }
        var lines: [String] = []
        // joblib's stays away where the last task ends before it knows that there is no other.
        if event.end == .completed { lines.append(self.line(event, of: self.ended) + " finished") }
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

    private func line(_ event: ParallelEvent, of total: Int?) -> String {
        // As wide as what was known at the beginning.
        let width = self.taskCountAtStart.map { $0 > 0 ? String($0).utf8.count : 3 } ?? 3
        let ended = String(self.ended).aligned(right: width)
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
