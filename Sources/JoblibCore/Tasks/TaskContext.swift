// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Synchronization

/// What a running task may know of itself.
///
/// ``current`` is set inside of every task, on every backend, and `nil` outside.
public struct TaskContext: Sendable {
    let loop: Loop

    /// The position of the task in its call, from 0; for `forEachChunk` and `reduce` the position of the part.
    public let index: Int

    /// Which attempt this is, from 1.
    public let attempt: Int

    /// Which worker runs the task: 0 ..< the number of workers, the same as long as a worker stays.
    ///
    /// A thread that replaces one abandoned after a `timeout` gets the next number, since the abandoned task may still
    /// be using its own.
    public let workerIndex: Int

    /// Random numbers of this task alone: from the root seed and ``index``, the same again on a retry.
    ///
    /// An object, so that two readers in one task never get the same numbers.
    public let randomNumberGenerator: TaskRandomNumberGenerator

    private let calls = CallCounter()

    /// Tells whether the task's thread was abandoned; `nil` for asynchronous tasks, which are cancelled instead.
    private let clock: AttemptClock?

    init(loop: Loop, index: Int, attempt: Int, workerIndex: Int, clock: AttemptClock? = nil) {
        self.clock = clock
        self.loop = loop
        self.index = index
        self.attempt = attempt
        self.workerIndex = workerIndex
        self.randomNumberGenerator = TaskRandomNumberGenerator(seed: loop.rootSeed, index: index)
    }

    /// Whether nobody waits for the task any more, so that a long one may as well return.
    ///
    /// The call has failed or was cancelled, or the task ran longer than its `timeout` and the call goes on without it.
    public var isCancelled: Bool { self.loop.isStoppedOrOrphaned || self.clock?.wasAbandoned ?? false }

    /// The context of the task that asks; `nil` outside of a task.
    public static var current: TaskContext? {
        if let runner = Runner.current { return runner.taskContext() }
        return self.asynchronous
    }

    /// The context of an asynchronous task, which may change threads.
    @TaskLocal static var asynchronous: TaskContext?

    func enclosingTask() -> EnclosingTask {
        EnclosingTask(loop: self.loop, index: self.index, ordinal: self.calls.next(), clock: self.clock)
    }
}

/// Numbers the calls that one task makes, for their seeds.
private final class CallCounter: Sendable {
    private let count = Atomic<Int>(0)

    func next() -> Int {
        self.count.wrappingAdd(1, ordering: .relaxed).oldValue
    }
}
