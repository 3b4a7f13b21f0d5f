// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Synchronization

/// What a call has done so far, for whoever looks from time to time instead of being told of each task.
///
/// Numbers that nothing is concluded from while the loop runs, hence relaxed throughout.
final class CallTally: Sendable {
    /// The tasks that one worker, or a few, have ended.
    ///
    /// On cache lines of its own: two workers that count must not wait for one another.
    final class Count: Sendable {
        private let front = Padding()
        private let value = Atomic<Int>(0)
        private let back = Padding()

        func add() {
            self.value.wrappingAdd(1, ordering: .relaxed)
        }

        var current: Int { self.value.load(ordering: .relaxed) }
    }

    private typealias Eight = (Int, Int, Int, Int, Int, Int, Int, Int)

    private struct Padding: Sendable {
        let bytes: Eight = (0, 0, 0, 0, 0, 0, 0, 0)
    }

    private static let maximumCounts = 64

    /// Tasks that have failed for good.
    let failed = Atomic<Int>(0)

    /// Attempts that failed and were, or will be, followed by another.
    let retried = Atomic<Int>(0)

    /// Workers that were lost.
    let lost = Atomic<Int>(0)

    /// Nanoseconds that workers have waited for input.
    let inputNanoseconds = Atomic<UInt64>(0)

    /// Nanoseconds in which tasks and results were encoded and decoded, by whoever carries them to other memory.
    let encodingNanoseconds = Atomic<UInt64>(0)

    private let counts: [Count]

    // -1 while it is not known.
    private let total = Atomic<Int>(-1)

    init(workers: Int) {
        self.counts = (0..<min(max(workers, 1), Self.maximumCounts)).map { _ in Count() }
    }

    /// Where a worker counts the tasks that it ends, successfully or not.
    func count(ofWorker index: Int) -> Count { self.counts[index % self.counts.count] }

    func addInput(_ nanoseconds: UInt64) {
        self.inputNanoseconds.wrappingAdd(nanoseconds, ordering: .relaxed)
    }

    /// How many tasks have ended.
    var ended: Int { self.counts.reduce(0) { $0 + $1.current } }

    /// How many tasks there are; `nil` while that is not known.
    var taskCount: Int? {
        get {
            let total = self.total.load(ordering: .relaxed)
            return total < 0 ? nil : total
        }
        set { self.total.store(newValue ?? -1, ordering: .relaxed) }
    }
}
