// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX
import Synchronization

// The side of a call on which results are taken, and on which an asynchronous caller hands its tasks in.

extension ShippingLoop {
    /// Takes the next results of a stream; blocks the thread until there are some.
    ///
    /// - Returns: `nil` at the end.
    /// - Throws: The error that ended the stream, once; nothing of the loop runs any more then.
    func nextBlocking() throws -> ShippedResults? {
        while true {
            let seen = self.event.count
            switch self.take() {
            case .results(let results): return results[0]
            case .failure(let error):
                self.stop(error)
                self.joinBlocking()
                throw error
            case .end:
                self.joinBlocking()
                return nil
            case .pending: self.waitBlocking(since: seen)
            }
        }
    }

    /// Takes the next results of a stream; suspends the task until there are some.
    ///
    /// - Returns: `nil` at the end.
    /// - Throws: The error that ended the stream, once; nothing of the loop runs any more then.
    func nextSuspending() async throws -> ShippedResults? {
        try await withTaskCancellationHandler {
            while true {
                let seen = self.event.count
                switch self.take() {
                case .results(let results): return results[0]
                case .failure(let error):
                    self.stop(error)
                    await self.join()
                    throw error
                case .end:
                    await self.join()
                    return nil
                case .pending: await self.waitForChange(since: seen)
                }
            }
        } onCancel: {
            self.stop(CancellationError())
        }
    }

    /// Takes all results, of a list, once nothing of the loop runs any more.
    ///
    /// - Parameter store: Makes what is handed out of a task's outcome.
    /// - Returns: The results.
    /// - Throws: The error that ended it, with what was done before where it was cancelled.
    func allResults<Output, Stored: Sendable>(_ store: ShippedResults.Store<Output, Stored>) throws -> ShippedResults {
        self.joinBlocking()
        let (groups, error) = self.takeGroups()
        if let error { throw self.describe(error, groups, store) }
        return ShippedResults(groups)
    }

    /// The same for an asynchronous caller.
    func allResults<Output, Stored: Sendable>(
        _ store: ShippedResults.Store<Output, Stored>
    ) async throws -> ShippedResults {
        await withTaskCancellationHandler {
            await self.join()
        } onCancel: {
            self.stop(CancellationError())
        }
        let (groups, error) = self.takeGroups()
        if let error { throw self.describe(error, groups, store) }
        return ShippedResults(groups)
    }

    private func takeGroups() -> (groups: [ShippedGroup], error: (any Error)?) {
        let (groups, isDone) = self.state.withLock { state in
            defer { state.groups = [] }
            return (state.groups, state.stream.isDone)
        }
        // Once stopped, what was read and has not ended never comes.
        return (groups, self.error ?? (isDone ? nil : ParallelError.outerLoopEnded))
    }

    /// Makes room for what was taken, once it has been got through with.
    func releaseTaken() {
        self.state.withLock { $0.stream.releaseTaken() }
        // Whoever feeds the loop may have room now.
        self.advanceEvent()
    }

    private func take() -> StreamState<ShippedResults>.BatchDelivery {
        let isCompleted = self.isCompleted
        let delivery = self.state.withLock { state -> StreamState<ShippedResults>.BatchDelivery in
            guard !state.hasThrown else { return .end }
            var delivery = state.stream.nextBatch()
            // Once stopped, what was read and has not ended never comes.
            if case .pending = delivery, isCompleted { delivery = .failure(self.error ?? ParallelError.outerLoopEnded) }
            if case .end = delivery, let error = self.error { delivery = .failure(error) }
            // A task that was not tried again, since another one had failed, is not the first that did.
            if case .failure = delivery, !self.endsInOrder, let error = self.error { delivery = .failure(error) }
            if case .failure = delivery { state.hasThrown = true }
            return delivery
        }
        // Whoever feeds the loop may have room now.
        if case .results = delivery { self.advanceEvent() }
        return delivery
    }

    private func joinBlocking() {
        while !self.hasEnded {
            let seen = self.event.count
            if !self.hasEnded { WorkerThread.wait(for: self.event, while: seen) }
        }
        self.plan.report?.waitUntilTold()
    }

    private func join() async {
        while true {
            let seen = self.event.count
            if self.hasEnded { break }
            await self.waitForChange(since: seen)
        }
        await self.plan.report?.told()
    }

    private func waitForChange(since seen: UInt32) async {
        await withCheckedContinuation { continuation in
            let mayGoOn = self.state.withLock { state in
                // Under the lock, and said first: who changes something advances the count first, and looks for waiters afterwards.
                self.hasWaiters.store(true, ordering: .sequentiallyConsistent)
                atomicMemoryFence(ordering: .sequentiallyConsistent)
                guard self.event.count == seen else { return true }
                state.waiters.append(continuation)
                return false
            }
            if mayGoOn { continuation.resume() }
        }
    }

    // MARK: - An asynchronous caller that reads

    /// Reserves a batch; suspends the task until the window has room.
    ///
    /// - Returns: Whether the loop takes more.
    func reserve() async -> Bool {
        await withTaskCancellationHandler {
            while !self.isStopped {
                let seen = self.event.count
                if self.state.withLock({ $0.stream.claim() }) { return true }
                if self.state.withLock({ $0.stream.isOver }) { return false }
                await self.waitForChange(since: seen)
            }
            return false
        } onCancel: {
            self.stop(CancellationError())
        }
    }

    /// Hands the reserved batch in.
    func handIn(_ tasks: Tasks, to queue: BatchQueue<Tasks>) {
        queue.push([tasks])
        self.didChange()
    }

    /// Gives the reservation back: there is nothing left to read after so many tasks.
    func endInput(after count: Int) {
        self.plan.report?.inputDidEnd(after: count)
        self.state.withLock { $0.stream.claimFoundNothing() }
        self.didChange()
    }

    /// Adds to the error of a list that was cancelled, or whose workers died, what is done of it.
    ///
    /// - Parameters:
    ///   - error: What ended it.
    ///   - groups: What was read.
    ///   - store: Makes what is handed out of a task's outcome.
    /// - Returns: The error to throw.
    private func describe<Output, Stored: Sendable>(
        _ error: any Error,
        _ groups: [ShippedGroup],
        _ store: ShippedResults.Store<Output, Stored>
    ) -> any Error {
        guard let error = error as? ParallelError, [.cancelled, .poolUnhealthy].contains(error.code) else {
            return error
        }
        var done: [(index: Int, output: Stored)] = []
        for group in groups {
            for index in group.first..<group.first + group.count {
                guard let outcome = group.outcome(of: index, Output.self), let value = try? store(outcome) else {
                    continue
                }
                done.append((index, value))
            }
        }
        return error.completed(done)
    }
}
