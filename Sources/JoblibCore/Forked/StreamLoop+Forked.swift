// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX

// Lazily read tasks on forked workers: one is forked for each batch, whose closures it holds from birth.

extension StreamLoop {
    /// Runs a batch in a forked worker and hands its results in.
    func runForked(_ batch: [Item], _ runner: Runner) {
        let first = batch[0].index
        do {
            let (outcomes, failure) = try self.forkedOutcomes(of: batch, runner)
            var results: [Stored] = []
            results.reserveCapacity(batch.count)
            do {
                for outcome in outcomes { results.append(try self.store(outcome)) }
                // A task before the one that failed has lost its result with the worker.
                guard results.count == batch.count else { throw failure ?? self.error ?? ParallelError.outerLoopEnded }
            } catch {
                return self.complete(first: first, results, failure: error)
            }
            self.complete(first: first, results, failure: nil)
        } catch {
            self.complete(first: first, [], failure: error)
        }
    }

    /// Runs a batch and returns what came of its tasks, in order, up to the first that did not end.
    private func forkedOutcomes(of batch: [Item], _ runner: Runner) throws -> (
        all: [Swift::Result<Output, TaskFailure>], failure: (any Error)?
    ) {
        let outputs = OutputSlots<Output>(count: batch.count)
        let failures = TaskFailures()
        let tasks = unsafe CollectingLoop<[Delayed<Output>], Output>(
            self.plan,
            batch.map(\.task),
            count: batch.count,
            slots: outputs.start,
            storeFailure: nil,
            ForkedTasks.run
        )
        // Where a failure ends the stream, what comes after it in its batch is not wanted.
        let keepsGoing = (try? self.store(.failure(.example))) != nil
        let call = try ForkedCall(
            owner: self,
            tasks,
            base: batch[0].index,
            workers: 1,
            keepsGoing: keepsGoing,
            didFail: failures.add
        )
        self.forks.add(call)
        let start = MonotonicClock.now
        call.work(runner)
        let end = MonotonicClock.now
        let begun = min(max(call.firstEntry ?? end, start), end)
        self.forks.remove(call, size: batch.count, overhead: begun - start, work: end - begun)
        defer { call.release() }
        return (outputs.outcomes(of: call, tasks, failures), failures.first)
    }
}
