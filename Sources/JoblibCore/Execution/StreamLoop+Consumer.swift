// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX
import Synchronization

// The side of a stream on which results are taken.

extension StreamLoop {
    /// Takes the next result; blocks the thread until there is one.
    ///
    /// Where nobody else is at work, the thread runs the next batch itself: with one job that is how the tasks run.
    ///
    /// - Parameter step: Runs the next task in the calling thread, once it has begun to.
    /// - Returns: `nil` at the end.
    /// - Throws: The error that ended the stream, once; nothing of the loop runs any more then.
    func nextBlocking(_ step: () -> Stored? = { nil }) throws -> Stored? {
        while true {
            if self.direct.begin(), let result = step() { return result }
            let seen = self.event.count
            switch self.take() {
            case .result(let result):
                return result
            case .failure(let error):
                self.stop(error)
                self.joinBlocking()
                throw error
            case .end:
                self.closeIfOver()
                self.joinBlocking()
                return nil
            case .pending:
                if self.beginDirect() { continue }
                if !self.isAttended {
                    if self.plan.callerOnlyWaits {
                        self.callHelper(inPlaceOfCaller: true)
                    } else {
                        self.workInPlace()
                    }
                } else if self.plan.workers == 1, self.direct.isAllowed, self.direct.current.kind != .off {
                    // Another consumer runs the tasks, who may stay away.
                    self.refuseDirect()
                } else {
                    WorkerThread.wait(for: self.event, while: seen, spins: 2000)
                }
            }
        }
    }

    /// Takes the next result; suspends the task until there is one.
    ///
    /// - Returns: `nil` at the end.
    /// - Throws: The error that ended the stream, once; nothing of the loop runs any more then.
    func nextSuspending() async throws -> Stored? {
        self.refuseDirect()
        return try await withTaskCancellationHandler {
            while true {
                let seen = self.event.count
                switch self.take() {
                case .result(let result):
                    return result
                case .failure(let error):
                    self.stop(error)
                    await self.join()
                    throw error
                case .end:
                    self.closeIfOver()
                    await self.join()
                    return nil
                case .pending:
                    if !self.isAttended {
                        if self.plan.hasWorkers {
                            self.callHelper(inPlaceOfCaller: true)
                        } else {
                            self.workInPlace()
                        }
                    } else {
                        await self.waitForChange(since: seen)
                    }
                }
            }
        } onCancel: {
            self.stop(CancellationError())
        }
    }

    /// Suspends the task until nothing of the loop runs any more.
    func join() async {
        while true {
            let seen = self.event.count
            if self.hasEnded { break }
            await self.waitForChange(since: seen)
        }
        await self.plan.report?.told()
    }

    /// Waits until nothing of the loop runs any more.
    private func joinBlocking() {
        while !self.hasEnded { self.waitBlocking(for: { self.hasEnded }) }
        self.plan.report?.waitUntilTold()
    }

    /// Suspends the task until the loop has got on.
    func waitForChange(since seen: UInt32) async {
        await withCheckedContinuation { continuation in
            let mayGoOn = self.state.withLock { state in
                // Under the lock: who changes something advances the count first and takes the waiters afterwards.
                guard self.event.count == seen else { return true }
                state.waiters.append(continuation)
                return false
            }
            if mayGoOn { continuation.resume() }
        }
    }

    private func waitBlocking(for condition: () -> Bool) {
        let seen = self.event.count
        if !condition() { WorkerThread.wait(for: self.event, while: seen) }
    }

    private func take() -> StreamState<Stored>.Delivery {
        let (delivery, hasRoom) = self.state.withLock { state in
            guard !state.hasThrown else { return (StreamState<Stored>.Delivery.end, false) }
            var delivery = state.stream.next()
            // Once stopped, what was claimed and not run never comes.
            if case .pending = delivery, self.isCompleted { delivery = .end }
            // A stream that runs alone in its consumer is on no team's list: it looks at the loop around it.
            if case .pending = delivery, self.stopSource.isStopped, !self.isStopped {
                delivery = .failure(ParallelError.outerLoopEnded)
            }
            if case .end = delivery, let error = self.error { delivery = .failure(error) }
            if case .failure = delivery { state.hasThrown = true }
            return (delivery, state.stream.hasRoom)
        }
        if hasRoom, self.plan.workers > 1, case .reader = self.source, !self.isStopped { self.callHelper() }
        return delivery
    }
}
