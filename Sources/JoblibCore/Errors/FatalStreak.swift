// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Tasks that have ended their workers one after the other, with nothing done in between: when a call gives up.
struct FatalStreak: Sendable {
    /// How many there may be in a row within a time, in nanoseconds.
    ///
    /// More than supervisors of servers grant, since inputs are sorted: what is bad is often bad in a row.
    private static let limit = 32
    private static let period: UInt64 = 10_000_000_000
    private static let reportLimit = 3

    private var times: [UInt64] = []

    /// What is known of the first of them.
    private(set) var reports: [String] = []

    /// Notes that a worker has ended tasks before it died, or has not died.
    mutating func end() {
        guard !self.times.isEmpty else { return }
        self.times = []
        self.reports = []
    }

    /// Notes that a task has failed for good by ending its worker, which had done nothing else.
    ///
    /// - Parameters:
    ///   - report: What is known of it.
    ///   - now: Nanoseconds of a clock that is not set.
    /// - Returns: Whether to give up, since nothing but this happens.
    mutating func note(_ report: String, now: UInt64) -> Bool {
        self.times.append(now)
        if self.reports.count < Self.reportLimit { self.reports.append(report) }
        guard self.times.count >= Self.limit else { return false }
        return now - self.times[self.times.count - Self.limit] < Self.period
    }

    /// The error of a call that gives up.
    func error(_ backend: String) -> ParallelError {
        ParallelError(
            .poolUnhealthy,
            "workers of \(backend) die one after the other, each in its first task, and none has done anything else; the "
                + "first: " + self.reports.joined(separator: "; ")
        )
    }
}
