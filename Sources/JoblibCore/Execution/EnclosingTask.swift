// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// The task from inside of which a call is made.
struct EnclosingTask: Sendable {
    let loop: Loop

    /// The task's index; -1 while its thread reads input.
    let index: Int

    /// Which of the task's own calls this is, from 0.
    let ordinal: Int

    /// Tells whether the task's thread was abandoned.
    var clock: AttemptClock?

    /// Whether nobody waits for the task any more.
    var isOver: Bool { self.loop.isStoppedOrOrphaned || self.clock?.wasAbandoned ?? false }

    /// The task that the calling thread, or the calling asynchronous task, is in.
    static func current() -> EnclosingTask? {
        if let runner = Runner.current { return runner.enclosingTask() }
        return TaskContext.asynchronous?.enclosingTask()
    }

    /// The loop in whose task the caller is, asked for without making a call of it.
    static var currentLoop: Loop? { Runner.current?.loop ?? TaskContext.asynchronous?.loop }

    /// In how many loops' tasks, one inside of the other, the caller is.
    static var currentDepth: Int {
        self.currentLoop?.depth ?? 0
    }

    /// The root seed of the call: different for each call of each task, and the same each time the outer loop runs.
    var nestedSeed: UInt64 {
        TaskRandomNumberGenerator.nestedSeed(rootSeed: self.loop.rootSeed, index: self.index, ordinal: self.ordinal)
    }
}
