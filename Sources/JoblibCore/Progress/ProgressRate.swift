// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// How many tasks end in a second, of late rather than since the beginning; times in seconds.
struct ProgressRate: Sendable {
    /// What is this long ago counts about a third of what is now, where tasks are short.
    private static let memory = 5.0

    /// How many tasks of a worker are remembered, where they are long.
    private static let tasks = 4.0

    private let workers: Double
    private var lastTime = 0.0
    private var lastCount = 0
    private var sum = 0.0
    private var weight = 0.0

    init(workers: Int) {
        self.workers = Double(max(workers, 1))
    }

    /// Notes how many tasks have ended since the beginning.
    mutating func note(_ count: Int, at time: Double) {
        let interval = time - self.lastTime
        // How long a task takes, as far as is known. That none has ended for as long says nothing: all may be at work.
        let taskTime = count > 0 ? time * self.workers / Double(count) : .infinity
        guard interval > 0, count != self.lastCount || interval > taskTime else { return }
        // The older an interval, the less it counts; a long one counts for as long as it was.
        let memory = max(Self.memory, Self.tasks * taskTime)
        let age = max(1 - interval / memory, 0)
        self.sum = self.sum * age + Double(count - self.lastCount)
        self.weight = self.weight * age + interval
        (self.lastTime, self.lastCount) = (time, count)
    }

    /// Tasks in a second; 0 while nothing has ended.
    var perSecond: Double { self.weight > 0 ? self.sum / self.weight : 0 }

    /// How long so many tasks take that have not ended at a time; `nil` while nothing is known.
    func secondsLeft(for tasks: Int, at time: Double) -> Double? {
        guard self.perSecond > 0 else { return nil }
        return max(Double(tasks) / self.perSecond - (time - self.lastTime), 0)
    }
}
