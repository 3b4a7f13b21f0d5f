// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCore
import JoblibPOSIX
import Synchronization

/// The batch that a worker is at.
///
/// One of its answers is held back until it is known whether it was the last, which then needs no message of its own to say so. All
/// that is done around tasks is a closure over this alone, for which no memory has to be taken.
final class RunningBatch: Sendable {
    private struct Answer {
        let bytes: [UInt8]

        /// How many arrays the worker had placed when it was made.
        let placedCount: Int

        /// Those of them that it refers to, where somebody passes it on.
        let placed: [PlacedArray]
    }

    /// How often it is looked whether there is a lease again, which there is in an instant or not for seconds; in nanoseconds.
    private static let nap: UInt64 = 1_000_000

    private let worker: RingWorker
    private let frame: UInt64
    private let held = Mutex<Answer?>(nil)

    // Relaxed, all: set and read by one thread, but for one that ends the process.

    /// Whether an answer is held back.
    private let isHolding = Atomic<Bool>(false)

    /// Whether what is left of the batch belongs to somebody else.
    private let isReturned = Atomic<Bool>(false)

    /// Whether a task is running.
    private let isInTask = Atomic<Bool>(false)

    init(_ worker: RingWorker, _ frame: UInt64) {
        self.worker = worker
        self.frame = frame
    }

    private var number: Int { Int(truncatingIfNeeded: self.frame) }

    var isCancelled: Bool { self.worker.memory.isCancelled(batch: self.number) }

    func mayBegin(_ index: Int) -> Bool {
        // It was not the last one.
        if self.isHolding.load(ordering: .relaxed) { self.sendHeld() }
        // Only now: until its result is with the caller the death of the worker is the task's.
        self.worker.memory.leave()
        guard self.waitUntilWanted(), self.worker.limit.mayBegin() else {
            self.isReturned.store(true, ordering: .relaxed)
            return false
        }
        self.worker.memory.enter(batch: self.number, task: index)
        self.isInTask.store(true, ordering: .relaxed)
        return true
    }

    /// Waits for a lease, if there are any; returns whether what is left is still this worker's then.
    private func waitUntilWanted() -> Bool {
        while true {
            let seen = self.worker.memory.requested.count
            if self.worker.memory.isRecalled(batch: self.number) { return false }
            if self.worker.bell.isLeased { return true }
            // Nobody has any use for it.
            if self.isCancelled { return false }
            self.worker.memory.requested.wait(while: seen, until: MonotonicClock.now + Self.nap)
        }
    }

    func didEnd() { self.isInTask.store(false, ordering: .relaxed) }

    func recordStack() -> String? { SpawnedWorker.recordStack(self.worker.memory.file) }

    func overrun() {
        self.sendHeld()
        // What was sent is in memory that outlives the process.
        ProcessExit.now(PortableWorker.overrunStatus)
    }

    func send(_ bytes: [UInt8]) {
        // All that was placed is told of here, or was before.
        let arrays = self.worker.arrays
        let answer = Answer(bytes: bytes, placedCount: arrays.placedCount, placed: arrays.takeUntold())
        // Within a task somebody waits for it, and there may not be another for long.
        guard self.isInTask.load(ordering: .relaxed) else {
            if let earlier = self.exchange(answer) { self.send(earlier, as: .answer) }
            return
        }
        self.sendHeld()
        self.send(answer, as: .answer)
    }

    /// Says that the batch is done, or given back.
    func finish() {
        // The caller knows which of its tasks have ended.
        let isReturned = self.isReturned.load(ordering: .relaxed)
        if let answer = self.exchange(nil) {
            self.send(answer, as: isReturned ? .answer : .lastAnswer)
            if isReturned { self.worker.send(WorkerFrame(.returned, self.frame)) }
        } else {
            self.worker.send(WorkerFrame(isReturned ? .returned : .finished, self.frame))
        }
        self.worker.memory.leave()
    }

    private func sendHeld() {
        if let answer = self.exchange(nil) { self.send(answer, as: .answer) }
    }

    private func send(_ answer: Answer, as kind: WorkerFrame.Kind) {
        self.worker.send(
            WorkerFrame(kind, self.frame, answer.bytes, placedCount: answer.placedCount, placed: answer.placed)
        )
    }

    private func exchange(_ answer: Answer?) -> Answer? {
        self.isHolding.store(answer != nil, ordering: .relaxed)
        return self.held.withLock { held in
            defer { held = answer }
            return held
        }
    }
}
