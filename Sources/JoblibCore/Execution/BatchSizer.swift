// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX

/// How many tasks a worker reads at once.
///
/// A fixed number is kept exactly. Measured: one by one where reading ahead is bounded in tasks; otherwise as many as
/// take about a tenth of a millisecond, so that the lock is cheap and the end of the input is still shared.
struct BatchSizer {
    private static let enough: UInt64 = 50_000
    private static let tooLong: UInt64 = 200_000
    private static let largest = 256

    private let fixed: Int?
    private var size = 1
    private var lastStart: UInt64?

    init(_ plan: CallPlan) {
        // Under a time limit one by one: who is abandoned in a task must not take the rest of a batch with it.
        self.fixed = plan.needsWorker ? 1 : plan.batchSize ?? (plan.window == nil ? nil : 1)
    }

    /// The size of the next batch; the time since the last call is what the last batch took.
    mutating func next() -> Int {
        if let fixed = self.fixed { return fixed }
        let now = MonotonicClock.now
        if let lastStart = self.lastStart {
            let duration = now - lastStart
            if duration < Self.enough {
                self.size = min(self.size * 2, Self.largest)
            } else if duration > Self.tooLong {
                self.size = max(self.size / 2, 1)
            }
        }
        self.lastStart = now
        return self.size
    }
}
