// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// What a coordinator knows of a call of a session.
struct CallRecord {
    let number: UInt64

    /// The first and the last of its batches that are there, in the order in which they came.
    var first: Int?
    var last: Int?

    /// The first batch that has not been run a second time, nor is too late for that.
    var candidate: Int?

    /// How many batches there are, and have been, and how many of those have ended.
    var count = 0
    var submittedCount = 0
    var endedCount = 0

    /// How long the batches took that have ended last.
    var durations = DurationSample()
}

/// The latest durations of a call's batches, and their median.
struct DurationSample {
    private static let capacity = 31
    private var durations: [UInt64] = []
    private var position = 0

    mutating func insert(_ duration: UInt64) {
        if self.durations.count < Self.capacity {
            self.durations.append(duration)
        } else {
            self.durations[self.position] = duration
            self.position = (self.position + 1) % Self.capacity
        }
    }

    /// The one in the middle; `nil` if there is none.
    var median: UInt64? {
        guard !self.durations.isEmpty else { return nil }
        return self.durations.sorted()[self.durations.count / 2]
    }
}
