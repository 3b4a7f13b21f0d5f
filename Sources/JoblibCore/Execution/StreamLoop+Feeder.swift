// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX
import Synchronization

// The side of a stream on which an asynchronous caller, who alone reads the input, hands batches in.

extension StreamLoop {
    /// Reserves a batch; suspends the task until the window has room.
    ///
    /// The caller reads only afterwards, so that it is never a batch too far ahead.
    ///
    /// - Returns: Whether the loop takes more.
    func reserve() async -> Bool {
        await withTaskCancellationHandler {
            while !self.isStopped {
                let seen = self.event.count
                if self.state.withLock({ $0.stream.claim() }) { return true }
                await self.waitForChange(since: seen)
            }
            return false
        } onCancel: {
            self.stop(CancellationError())
        }
    }

    /// Reserves a batch; blocks the thread until the window has room.
    ///
    /// - Returns: Whether the loop takes more.
    func reserveBlocking() -> Bool {
        while !self.isStopped {
            let seen = self.event.count
            if self.state.withLock({ $0.stream.claim() }) { return true }
            WorkerThread.wait(for: self.event, while: seen, spins: 2000)
        }
        return false
    }

    /// Hands the reserved batch in.
    func handIn(_ batch: [Item], to queue: BatchQueue<Item>) {
        queue.push(batch)
        self.attend()
    }

    /// Adds to the error of a list that was cancelled what is done of it.
    ///
    /// - Parameters:
    ///   - error: What the stream threw.
    ///   - taken: The results before.
    /// - Returns: The error to throw.
    func describe(_ error: any Error, _ taken: [Stored]) -> any Error {
        guard let error = error as? ParallelError, error.code == .cancelled else { return error }
        let rest = self.state.withLock { $0.stream.takeAll() }
        return error.completed(taken.enumerated().map { ($0.offset, $0.element) } + rest)
    }

    /// Gives the reservation back: there is nothing left to read after so many tasks.
    func endInput(after count: Int) {
        self.plan.report?.inputDidEnd(after: count)
        self.state.withLock { $0.stream.claimFoundNothing() }
    }

    /// Sees to it that a batch that was handed in is run: here if there are no workers, else by one that is called.
    private func attend() {
        guard self.plan.hasWorkers else { return self.workInPlace() }
        if !self.callHelper(), !self.isAttended { self.callHelper(inPlaceOfCaller: true) }
    }
}
