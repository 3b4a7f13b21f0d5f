// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// How much is shown of what one task prints into one stream, and when its worker has to say which task that is: the decisions.
///
/// A worker that prints little writes no marks, which costs a task more than many do. Once it has printed a quarter of what is
/// shown of one task it is asked for marks before its next tasks. Until the first has come the task that is at work may print what
/// any may, and what was on its way when the worker was asked is not held against it: no task is cut that has printed less.
struct OutputLimit {
    /// What is left out of a task's output.
    struct Omission: Equatable {
        /// The task; `nil` where that is not known.
        var task: Int?

        /// How many bytes it has printed, and how many of them are not shown.
        var printed: Int
        var omitted: Int
    }

    /// How many bytes are shown of each task.
    static let shown = 1 << 20

    /// After how many bytes a worker is asked for marks, and before how many tasks it writes them then.
    static let asking = Self.shown / 4
    static let marks: Int32 = 64

    /// How many bytes a pipe holds.
    private static let onTheirWay = 1 << 16

    private enum Origin: Equatable {
        /// Of any number of tasks.
        case unknown

        /// Of the task that is at work now; which one that is the next mark says.
        case asked
        case task(Int)
    }

    private var origin = Origin.unknown

    /// How many bytes came of that, and how many of them were left out.
    private var count = 0
    private var omitted = 0

    /// How many came since the worker was asked last.
    private var sinceAsked = 0

    /// Whether bytes are left out now.
    var isCutting: Bool { self.omitted > 0 }

    /// Takes in that bytes have come.
    ///
    /// - Parameters:
    ///   - bytes: How many.
    ///   - tasks: Of how many tasks they may be, none of which is marked: 1 but for workers that run several in one go.
    /// - Returns: How many of the first of them are shown, and whether the worker is to be asked for marks.
    mutating func take(_ bytes: Int, ofTasks tasks: Int) -> (shown: Int, asks: Bool) {
        let limit =
            switch self.origin {
            case .unknown: Int.max
            case .asked: max(1, min(tasks, 1 << 20)) * Self.shown + Self.onTheirWay
            case .task: Self.shown
            }
        let shown = max(0, min(bytes, limit - self.count))
        self.count += bytes
        self.omitted += bytes - shown
        self.sinceAsked += bytes
        guard self.sinceAsked >= Self.asking else { return (shown, false) }
        self.sinceAsked = 0
        if self.origin == .unknown {
            self.origin = .asked
            self.count = 0
        }
        return (shown, true)
    }

    /// Takes in what the worker says.
    ///
    /// - Returns: What was left out of the task before.
    mutating func note(_ mark: OutputMark) -> Omission? {
        switch mark {
        case .begin(let task, _): return self.end(begins: .task(task), ended: nil)
        case .end(let task): return self.end(begins: .unknown, ended: task)
        }
    }

    /// Takes in that there comes no more.
    ///
    /// - Parameter task: The task that the worker was at, if that is known.
    /// - Returns: What was left out of it.
    mutating func end(task: Int?) -> Omission? { self.end(begins: .unknown, ended: task) }

    private mutating func end(begins origin: Origin, ended: Int?) -> Omission? {
        defer {
            self.origin = origin
            self.count = 0
            self.omitted = 0
        }
        guard self.omitted > 0 else { return nil }
        var omission = Omission(task: ended, printed: self.count, omitted: self.omitted)
        if case .task(let task) = self.origin { omission.task = task }
        return omission
    }
}
