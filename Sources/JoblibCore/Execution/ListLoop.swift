// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX
internal import JoblibPOSIX

/// A loop over lazily read tasks whose results make a list.
///
/// Workers read by turns, under a lock, and write results unlocked. A worker holds one batch at a time, so the input is
/// never read further ahead than there are workers, and with fewer batches allowed than that, fewer workers come.
final class ListLoop<Output: Sendable, Stored>: Loop, @unchecked Sendable {
    private let reader: TaskReader<Output>
    private let slots = SegmentedSlots<Stored>()

    // Makes what is stored of a task's outcome, or throws to end the loop.
    private let store: @Sendable (Swift::Result<Output, TaskFailure>) throws(TaskFailure) -> Stored

    private let held = HeldTasks<Output, SegmentedSlots<Stored>.Place>()

    init<Tasks: Sequence>(
        _ plan: CallPlan,
        _ tasks: Tasks,
        _ store: @escaping @Sendable (Swift::Result<Output, TaskFailure>) throws(TaskFailure) -> Stored
    ) where Tasks.Element == Delayed<Output> {
        self.reader = TaskReader(tasks)
        self.store = store
        super.init(plan)
    }

    /// Runs the loop to its end.
    ///
    /// - Throws: The error that came first in time, with what was done if it was cancelled.
    func run(completed: (ParallelError, [(index: Int, output: Stored)]) -> ParallelError) throws -> [Stored] {
        do {
            try self.runToEnd(usefulWorkers: min(self.plan.workers, self.plan.window ?? .max))
            guard let results = self.slots.takeAll(self.reader.count) else { throw ParallelError.outerLoopEnded }
            return results
        } catch let error as ParallelError where error.code == .cancelled {
            throw completed(error, self.slots.take(self.reader.count))
        }
    }

    // MARK: - Loop

    override func work(_ runner: Runner) {
        var batch: [Delayed<Output>] = []
        var places: [SegmentedSlots<Stored>.Place] = []
        var sizer = BatchSizer(fixed: self.plan.needsWorker ? 1 : self.plan.batchSize, isBounded: self.plan.window != nil)
        let source = self.stopSource
        do {
            while !source.isStopped {
                if self.plan.needsWorker, let task = self.held.next() {
                    try self.run(task, runner)
                    continue
                }
                unsafe joblib_task_state_current().pointee.index = -1
                places.removeAll(keepingCapacity: true)
                let count = sizer.next()
                let first = self.reader.read(count, into: &batch) { indices in
                    self.slots.reserve(indices.upperBound)
                    for index in indices { places.append(self.slots.place(of: index)) }
                }
                if batch.isEmpty { return }
                for offset in batch.indices {
                    guard !source.isStopped else { return }
                    try self.run(
                        HeldTasks.Task(index: first + offset, attempt: 1, task: batch[offset], place: places[offset]),
                        runner
                    )
                }
            }
        } catch is Abandoned {
            return
        } catch {
            self.stop(error)
        }
    }

    private func run(_ held: HeldTasks<Output, SegmentedSlots<Stored>.Place>.Task, _ runner: Runner) throws {
        if self.plan.needsWorker { self.held.hold(held) }
        let outcome = try runner.outcome(of: held.task, at: held.index, attempt: held.attempt)
        if self.plan.needsWorker { self.held.release(held.index) }
        held.place.store(try self.store(outcome))
    }

    override var hasWork: Bool {
        if self.isStopped { return false }
        return !self.reader.isExhausted || self.held.hasWaiting
    }

    override func didComplete() {
        self.reader.stop()
    }

    override func requeue(_ index: Int, attempt: Int) {
        self.held.requeue(index, attempt: attempt)
    }

    override func settle(_ index: Int, _ failure: TaskFailure) -> Bool {
        guard let held = self.held.release(index), let stored = try? self.store(.failure(failure)) else { return false }
        held.place.store(stored)
        return true
    }
}
