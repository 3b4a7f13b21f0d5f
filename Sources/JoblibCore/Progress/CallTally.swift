// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

public import Synchronization

/// What a call has done so far, for whoever looks from time to time instead of being told of each task.
///
/// Numbers that nothing is concluded from while the loop runs, hence relaxed throughout.
@usableFromInline
final class CallTally: Sendable {
    /// The tasks that one worker has ended, successfully or not.
    ///
    /// One thread writes it at a time. On cache lines of its own: two workers that count must not wait for one another.
    @usableFromInline
    final class Count: Sendable {
        private let front = Padding()

        @usableFromInline
        let value = Atomic<Int>(0)

        private let back = Padding()

        init() {}

        @inlinable
        func set(_ count: Int) { self.value.store(count, ordering: .relaxed) }

        @inlinable
        var current: Int { self.value.load(ordering: .relaxed) }

        @inlinable
        func add() { self.set(self.current &+ 1) }
    }

    private typealias Eight = (Int, Int, Int, Int, Int, Int, Int, Int)

    private struct Padding: Sendable {
        let bytes: Eight = (0, 0, 0, 0, 0, 0, 0, 0)
    }

    private struct Counts {
        var all: [Count] = []
        var free: [Count] = []
    }

    /// Tasks that have failed for good.
    let failed = Atomic<Int>(0)

    /// Attempts that failed and were, or will be, followed by another.
    let retried = Atomic<Int>(0)

    /// Nanoseconds that workers have waited for input.
    let inputNanoseconds = Atomic<UInt64>(0)

    /// Nanoseconds in which tasks and results were encoded and decoded, by whoever carries them to other memory.
    let encodingNanoseconds = Atomic<UInt64>(0)

    private let counts = Mutex(Counts())

    /// Tasks that have ended where no thread stays with one.
    private let unattended = Atomic<Int>(0)

    // -1 while it is not known.
    private let total = Atomic<Int>(-1)

    /// Returns where a thread counts the tasks that it ends, on top of what is there.
    func take() -> Count {
        self.counts.withLock { counts in
            if let count = counts.free.popLast() { return count }
            let count = Count()
            counts.all.append(count)
            return count
        }
    }

    /// Gives it back for another thread.
    func give(_ count: Count) {
        self.counts.withLock { $0.free.append(count) }
    }

    /// Counts a task that belongs to no thread.
    func addUnattended() {
        self.unattended.wrappingAdd(1, ordering: .relaxed)
    }

    func addFailure() {
        self.failed.wrappingAdd(1, ordering: .relaxed)
    }

    func addInput(_ nanoseconds: UInt64) {
        self.inputNanoseconds.wrappingAdd(nanoseconds, ordering: .relaxed)
    }

    /// How many tasks have ended.
    var ended: Int {
        let attended = self.counts.withLock { counts in counts.all.reduce(0) { $0 + $1.current } }
        return attended + self.unattended.load(ordering: .relaxed)
    }

    /// Whether every task has returned.
    var isComplete: Bool { self.taskCount == self.ended && self.failed.load(ordering: .relaxed) == 0 }

    /// How many tasks there are; `nil` while that is not known.
    var taskCount: Int? {
        get {
            let total = self.total.load(ordering: .relaxed)
            return total < 0 ? nil : total
        }
        set { self.total.store(newValue ?? -1, ordering: .relaxed) }
    }
}
