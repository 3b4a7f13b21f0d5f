// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

extension Parallel {
    /// Applies an asynchronous function to every element, at most `nJobs` unfinished at once, and returns the results in order.
    ///
    /// The bodies run on the backend's workers, not on the cooperative pool; each is a child of the calling task. A body
    /// that runs longer than `timeout` is cancelled, and the call waits for it.
    ///
    /// - Throws: ``TaskFailure``, ``ParallelError``, and `CancellationError` when the calling task is cancelled.
    public func map<C: RandomAccessCollection & Sendable, R: Sendable>(
        _ items: C,
        _ body: @escaping @Sendable @concurrent (C.Element) async throws -> R
    ) async throws -> [R] where C.Element: Sendable {
        let plan = try self.planForBodies()
        let loop = AsyncLoop(plan, count: items.count)
        guard let report = plan.report else { return try await self.map(items, body, loop) }
        report.begin(loop)
        do {
            let results = try await self.map(items, body, loop)
            report.finish(nil)
            await report.told()
            return results
        } catch {
            report.finish(error)
            await report.told()
            throw error
        }
    }

    // Swift's concurrency does not survive fork(2).
    private func planForBodies() throws -> CallPlan {
        let plan = try self.plan()
        guard plan.isForked else { return plan }
        let refusal = ParallelError(
            .unsupportedOption,
            "\(plan.backendName) cannot run asynchronous bodies: Swift's concurrency does not survive fork(2); "
                + "make the body synchronous, or choose threading"
        )
        guard plan.settings.isHint else { throw refusal }
        return try Parallel(self, onThreads: refusal).plan()
    }

    private func map<C: RandomAccessCollection & Sendable, R: Sendable>(
        _ items: C,
        _ body: @escaping @Sendable @concurrent (C.Element) async throws -> R,
        _ loop: AsyncLoop
    ) async throws -> [R] where C.Element: Sendable {
        let plan = loop.plan
        for scope in plan.stopScopes { scope.add(loop) }
        defer { for scope in plan.stopScopes { scope.remove(loop) } }

        let call = plan.hasWorkers ? try OpenCall(plan, taskCount: loop.taskCount) : nil
        defer {
            // The executor of the loop around this one goes on.
            if let executor = loop.executor, executor.call === call { executor.close() }
            loop.retire()
        }
        if let call {
            loop.executor = loop.executor(for: call)
            loop.attach(call)
        }
        return try await withTaskCancellationHandler {
            try await AsyncBodies(loop: loop, items: items, body: body).run()
        } onCancel: {
            loop.stop(CancellationError())
        }
    }

    /// Calls an asynchronous function with every element, at most `nJobs` unfinished at once.
    ///
    /// - Throws: ``TaskFailure``, ``ParallelError``, and `CancellationError` when the calling task is cancelled.
    public func forEach<C: RandomAccessCollection & Sendable>(
        _ items: C,
        _ body: @escaping @Sendable @concurrent (C.Element) async throws -> Void
    ) async throws where C.Element: Sendable {
        let _: [Void] = try await self.map(items, body)
    }
}

/// One call with asynchronous bodies: a window of child tasks over the elements.
private struct AsyncBodies<C: RandomAccessCollection & Sendable, R: Sendable>: Sendable where C.Element: Sendable {
    let loop: AsyncLoop
    let items: C
    let body: @Sendable @concurrent (C.Element) async throws -> R

    private enum Event {
        case finished(index: Int, worker: Int, R)
        case failed(any Error)

        /// The loop was stopped from outside, or all is done.
        case stopped
    }

    func run() async throws -> [R] {
        var results = [R?](repeating: nil, count: self.items.count)
        var places = min(self.loop.plan.workers, self.items.count)
        self.loop.takePlaces(places)
        await withTaskGroup(of: Event.self) { group in
            group.addTask {
                await self.loop.waitForStop()
                return .stopped
            }
            var position = self.items.startIndex
            var next = 0
            var unfinished = 0
            var indices = WorkerIndices()
            while true {
                while unfinished < self.loop.plan.workers, position != self.items.endIndex,
                    !self.loop.stopSource.isStopped
                {
                    let (element, index, worker) = (self.items[position], next, indices.take())
                    self.loop.plan.report?.dispatch(index..<index + 1, workerIndex: worker)
                    group.addTask(executorPreference: self.loop.executor) { await self.event(element, index, worker) }
                    self.items.formIndex(after: &position)
                    next += 1
                    unfinished += 1
                }
                // Nothing is left to begin: each place is free as its body ends.
                while places > unfinished {
                    self.loop.givePlaceBack()
                    places -= 1
                }
                if unfinished == 0 { break }
                switch await group.next() {
                case .finished(let index, let worker, let result)?:
                    results[index] = result
                    indices.give(worker)
                    unfinished -= 1
                case .failed(let error)?:
                    unfinished -= 1
                    self.loop.stop(error)
                case .stopped?, nil:
                    group.cancelAll()
                }
            }
            self.loop.didStop()
        }
        if let error = self.loop.error { throw self.describe(error, results) }
        return try results.map { result in
            guard let result else { throw ParallelError.outerLoopEnded }
            return result
        }
    }

    private func event(_ element: C.Element, _ index: Int, _ worker: Int) async -> Event {
        do {
            let result = try await self.loop.attempt(
                index,
                workerIndex: worker,
                argumentText: { ArgumentText.render(element) },
                { try await self.body(element) }
            )
            return .finished(index: index, worker: worker, result)
        } catch {
            return .failed(error)
        }
    }

    private func describe(_ error: any Error, _ results: [R?]) -> any Error {
        guard let error = error as? ParallelError, error.code == .cancelled else { return error }
        return error.completed(results.enumerated().compactMap { index, result in result.map { (index, $0) } })
    }
}
