// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

extension Parallel {
    /// Starts the tasks and returns their outputs as a stream, in submission order or as they come.
    ///
    /// With more than one job the workers begin at once; with one, a task runs when its output is asked for, in the
    /// thread that asks, unless that is an asynchronous task. The sequence is handed over: workers read it, one at a
    /// time, while the caller goes on.
    ///
    /// - Parameters:
    ///   - tasks: The tasks, made by `delayed`.
    ///   - returnAs: `.generator` for submission order, `.generatorUnordered` for completion order.
    /// - Returns: A stream, to be consumed once.
    /// - Throws: ``ParallelError`` when the tasks cannot be run; what a task throws, the stream throws.
    public func callAsFunction<Output>(
        _ tasks: sending some Sequence<Delayed<Output>>,
        returnAs: GeneratorKind
    ) throws -> ParallelResults<Output> {
        try self.run(tasks, returnAs: returnAs)
    }

    /// Starts the tasks and returns their outputs as a stream: the call syntax under a name.
    ///
    /// - Parameters:
    ///   - tasks: The tasks, made by `delayed`.
    ///   - returnAs: `.generator` for submission order, `.generatorUnordered` for completion order.
    /// - Returns: A stream, to be consumed once.
    /// - Throws: ``ParallelError`` when the tasks cannot be run; what a task throws, the stream throws.
    public func run<Output>(
        _ tasks: sending some Sequence<Delayed<Output>>,
        returnAs: GeneratorKind
    ) throws -> ParallelResults<Output> {
        let count = CallReport.taskCount(of: tasks)
        return try self.stream(TaskReader(tasks), count, returnAs) { (outcome) throws(TaskFailure) in try outcome.get()
        }
    }

    /// Starts the tasks and returns a result for each as a stream, whatever fails.
    ///
    /// - Parameters:
    ///   - tasks: The tasks, made by `delayed`.
    ///   - returnAs: `.generator` for submission order, `.generatorUnordered` for completion order.
    /// - Returns: A stream of one `Result` per task, to be consumed once.
    /// - Throws: ``ParallelError`` when the tasks cannot be run.
    public func results<Output>(
        _ tasks: sending some Sequence<Delayed<Output>>,
        returnAs: GeneratorKind
    ) throws -> ParallelResults<Result<Output, TaskFailure>> {
        let count = CallReport.taskCount(of: tasks)
        return try self.stream(TaskReader(tasks), count, returnAs) { (outcome) throws(TaskFailure) in outcome }
    }

    private func stream<Output, Stored: Sendable>(
        _ reader: AnyTaskReader<Output>,
        _ taskCount: Int?,
        _ kind: GeneratorKind,
        _ store: @escaping @Sendable (Result<Output, TaskFailure>) throws(TaskFailure) -> Stored
    ) throws -> ParallelResults<Stored> {
        let plan = try self.plan()
        plan.report?.tally.taskCount = taskCount
        let loop = StreamLoop(plan, .reader(reader), isOrdered: kind.isOrdered, isList: false, store)
        do {
            try loop.open()
        } catch {
            plan.report?.waitUntilTold()
            throw error
        }
        if plan.workers > 1 || plan.needsWorker { loop.callWorkers() }
        return ParallelResults(Consumer(loop))
    }
}
