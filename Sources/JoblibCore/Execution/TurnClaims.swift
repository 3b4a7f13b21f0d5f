// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX

/// One worker's way through a lazily read loop.
@safe
@usableFromInline
struct TurnClaims {
    private let loop: SequenceLoop
    private let runner: Runner
    private var sizer: BatchSizer

    /// Whether tasks go through `supervise`.
    @usableFromInline
    let isSupervised: Bool

    // SAFETY: points into the calling thread's own storage, and is used by no other thread.
    @usableFromInline
    let currentIndex: UnsafeMutablePointer<Int64>

    @usableFromInline
    let stopSource: Loop

    init(loop: SequenceLoop, runner: Runner) {
        self.loop = loop
        self.runner = runner
        self.isSupervised = loop.plan.isSupervised
        self.stopSource = loop.stopSource
        self.sizer = BatchSizer(loop.plan)
        unsafe self.currentIndex = Runner.currentIndex
    }

    /// Returns how many tasks to read now; `nil` when no further task may start.
    ///
    /// Tasks that are to be run again come first.
    @usableFromInline
    mutating func nextTurn() throws -> Int? {
        if self.loop.plan.needsWorker {
            while let rerun = self.loop.held.next() {
                try self.loop.held.run(rerun.task, self.runner, attempt: rerun.attempt)
            }
        }
        // The thread is in no task while it reads.
        unsafe self.currentIndex.pointee = -1
        return self.stopSource.isStopped ? nil : self.sizer.next()
    }

    /// Says that the input has come to its end.
    @usableFromInline
    func didExhaust() {
        self.loop.didExhaust()
    }

    /// Makes a task the current one; `false` when it must not start.
    @inlinable
    func begin(_ index: Int) -> Bool {
        unsafe self.currentIndex.pointee = Int64(index)
        return !self.stopSource.isStopped
    }

    /// Runs a task with retries, time limit and events, and stores what comes of it.
    @usableFromInline
    func supervise<Output, Stored>(
        _ task: Delayed<Output>,
        _ index: Int,
        _ place: SegmentedSlots<Stored>.Place,
        _ store: @escaping @Sendable (Swift.Result<Output, TaskFailure>) throws(TaskFailure) -> Stored
    ) throws {
        let held = HeldTasks.Task(
            index: index,
            run: { runner, attempt in
                place.store(try store(try runner.outcome(of: task, at: index, attempt: attempt)))
            },
            settle: { failure in
                guard let stored = try? store(.failure(failure)) else { return false }
                place.store(stored)
                return true
            }
        )
        guard self.loop.plan.needsWorker else { return try held.run(self.runner, 1) }
        try self.loop.held.run(held, self.runner, attempt: 1)
    }

    /// What an error thrown by a task is reported as.
    @usableFromInline
    func failure<Output>(_ error: any Error, of task: Delayed<Output>, at index: Int) -> TaskFailure {
        self.runner.failure(error, index, argumentText: task.argumentText)
    }
}
