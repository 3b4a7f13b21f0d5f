// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// How many tasks end in a second, of late rather than since the beginning; times in seconds.
struct ProgressRate: Sendable {
    /// What is this long ago counts about a third of what is now.
    private static let memory = 5.0

    private var lastTime = 0.0
    private var lastCount = 0
    private var sum = 0.0
    private var weight = 0.0

    /// Notes how many tasks have ended since the beginning.
    mutating func note(_ count: Int, at time: Double) {
        let interval = time - self.lastTime
        guard interval > 0 else { return }
        // The older an interval, the less it counts; a long one counts for as long as it was.
        let age = max(1 - interval / Self.memory, 0)
        self.sum = self.sum * age + Double(count - self.lastCount)
        self.weight = self.weight * age + interval
        (self.lastTime, self.lastCount) = (time, count)
    }

    /// Tasks in a second; 0 while nothing has ended.
    var perSecond: Double { self.weight > 0 ? self.sum / self.weight : 0 }
}
