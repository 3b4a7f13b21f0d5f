// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// When to give up, so that what is waited for comes in time.
struct LookupDeadline {
    /// How long the places of one stack are looked for.
    ///
    /// A report of a crash or of an expired time limit waits for it, so it is what a person takes for "at once" after seconds of
    /// computing; it is many times what a debug build of a large program needs.
    static let limit: Duration = .seconds(2)

    private let end: UInt64

    /// Begins now.
    init(_ duration: Duration = Self.limit) {
        self.end = MonotonicClock.now + duration.clampedNanoseconds
    }

    var isOver: Bool { MonotonicClock.now >= self.end }
}
