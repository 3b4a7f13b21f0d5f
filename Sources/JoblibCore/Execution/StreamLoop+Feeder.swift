// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX
import Synchronization

// The side of a stream on which an asynchronous caller, who alone reads the input, hands batches in.

extension StreamLoop {
    /// Hands a batch in once the window has room; suspends the task until then.
    ///
    /// - Returns: Whether the loop takes more.
    func handIn(_ batch: [Item], to queue: BatchQueue<Item>) async -> Bool {
        while !self.isStopped {
            let seen = self.event.count
            if self.state.withLock({ $0.stream.claim() }) {
                queue.push(batch)
                self.attend()
                return true
            }
            await self.waitForChange(since: seen)
        }
        return false
    }

    /// Says that no batch will follow.
    func endInput() {
        self.state.withLock { $0.stream.endInput() }
    }

    /// Sees to it that a batch that was handed in is run: here if there are no workers, else by one that is called.
    private func attend() {
        guard self.plan.hasWorkers else { return self.workInPlace() }
        if !self.callWorker(), !self.isAttended { self.callWorker(inPlaceOfCaller: true) }
    }
}
