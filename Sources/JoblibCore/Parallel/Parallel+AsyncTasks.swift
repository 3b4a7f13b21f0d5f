// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

extension Parallel {
    /// Runs every task and returns the outputs in order; see the synchronous twin.
    ///
    /// The sequence is read by the caller alone, in its own isolation, as far ahead as `preDispatch` allows.
    ///
    /// - Throws: ``TaskFailure``, ``ParallelError``, and `CancellationError` when the calling task is cancelled.
    public func callAsFunction<Output>(_ tasks: some Sequence<Delayed<Output>>) async throws -> [Output] {
        try await self.run(tasks)
    }

    /// Runs every task and returns the outputs in order: the call syntax under a name.
    ///
    /// - Throws: ``TaskFailure``, ``ParallelError``, and `CancellationError` when the calling task is cancelled.
    public func run<Output>(_ tasks: some Sequence<Delayed<Output>>) async throws -> [Output] {
        if let tasks = TaskArray.array(of: tasks), try !self.isShipped {
            return try await self.onWorker { call in try call.run(tasks) }
        }
        return try await self.feed(tasks) { (outcome) throws(TaskFailure) in try outcome.get() }
    }

    /// Runs every task and returns a result for each, in order, whatever fails; see the synchronous twin.
    ///
    /// - Throws: ``ParallelError``, and `CancellationError` when the calling task is cancelled.
    public func results<Output>(
        _ tasks: some Sequence<Delayed<Output>>
    ) async throws -> [Result<Output, TaskFailure>] {
        if let tasks = TaskArray.array(of: tasks), try !self.isShipped {
            return try await self.onWorker { call in try call.results(tasks) }
        }
        return try await self.feed(tasks) { (outcome) throws(TaskFailure) in outcome }
    }

    /// Reads tasks where the caller is and hands them to workers, a window ahead.
    private func feed<Output, Stored: Sendable>(
        _ tasks: some Sequence<Delayed<Output>>,
        _ store: @escaping @Sendable (Result<Output, TaskFailure>) throws(TaskFailure) -> Stored
    ) async throws -> [Stored] {
        if try self.isShipped { return try await self.ship(tasks, store) }
        try Task.checkCancellation()
        let plan = try self.plan(returning: Output.self)
        plan.report?.noteTaskCount(of: tasks)
        let queue = BatchQueue<StreamLoop<Output, Stored>.Item>()
        let loop = StreamLoop(plan, .queue(queue), isOrdered: true, isList: true, store)
        do {
            try loop.open()
        } catch {
            await plan.report?.told()
            throw error
        }
        // In no closure: one would leave the caller's isolation, to which the sequence belongs.
        var reader = FeedReader<_, Output, Stored>(tasks.makeIterator())
        while await loop.reserve() {
            guard let batch = reader.next(loop.readSize) else {
                loop.endInput(after: reader.count)
                break
            }
            loop.handIn(batch, to: queue)
        }
        var results: [Stored] = []
        do {
            while let result = try await loop.nextSuspending() { results.append(result) }
        } catch {
            throw loop.describe(error, results)
        }
        return results
    }
}
