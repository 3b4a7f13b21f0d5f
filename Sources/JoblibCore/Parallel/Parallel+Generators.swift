// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

extension Parallel {
    /// Starts the tasks and returns their outputs as a stream, in submission order or as they come.
    ///
    /// With more than one job the workers begin at once; with one, a task runs when its output is asked for, in the
    /// thread that asks, unless that is an asynchronous task. The sequence is handed over: workers read it, one at a
    /// time, while the caller goes on, and so does a synchronous consumer while the tasks are very short.
    ///
    /// - Parameters:
    ///   - tasks: The tasks, made by `delayed`.
    ///   - returnAs: `.generator` for submission order, `.generatorUnordered` for completion order.
    /// - Returns: A stream, to be consumed once.
    /// - Throws: ``ParallelError`` when the tasks cannot be run; what a task throws, the stream throws.
    @inlinable
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
    @inlinable
    public func run<Output>(
        _ tasks: sending some Sequence<Delayed<Output>>,
        returnAs: GeneratorKind
    ) throws -> ParallelResults<Output> {
        let count = CallReport.taskCount(of: tasks)
        if try self.isShipped {
            let bodies = TaskArray.array(of: tasks)?.map(\.shipped)
            return try self.shippedStream(
                bodies,
                count,
                { SequenceReader(reading: tasks) },
                returnAs,
                { (outcome: Result<Output, TaskFailure>) throws(TaskFailure) in try outcome.get() }
            )
        }
        let reader = TaskReader(tasks)
        return try self.stream(reader, count, returnAs) { (outcome) throws(TaskFailure) in
            try outcome.get()
        } _: { consumer, finish in
            { reader.runNext(consumer, finish) { $0 } }
        }
    }

    /// Starts the tasks and returns a result for each as a stream, whatever fails.
    ///
    /// - Parameters:
    ///   - tasks: The tasks, made by `delayed`.
    ///   - returnAs: `.generator` for submission order, `.generatorUnordered` for completion order.
    /// - Returns: A stream of one `Result` per task, to be consumed once.
    /// - Throws: ``ParallelError`` when the tasks cannot be run.
    @inlinable
    public func results<Output>(
        _ tasks: sending some Sequence<Delayed<Output>>,
        returnAs: GeneratorKind
    ) throws -> ParallelResults<Result<Output, TaskFailure>> {
        let count = CallReport.taskCount(of: tasks)
        if try self.isShipped {
            let bodies = TaskArray.array(of: tasks)?.map(\.shipped)
            return try self.shippedStream(
                bodies,
                count,
                { SequenceReader(reading: tasks) },
                returnAs,
                { (outcome: Result<Output, TaskFailure>) throws(TaskFailure) in outcome }
            )
        }
        let reader = TaskReader(tasks)
        return try self.stream(reader, count, returnAs) { (outcome) throws(TaskFailure) in
            outcome
        } _: { consumer, finish in
            { reader.runNext(consumer, finish) { .success($0) } }
        }
    }

    /// What a consumer does to run the next task itself, given what to do with a result that goes the usual way.
    @usableFromInline
    typealias DirectStep<Output: Sendable, Stored> = (
        DirectConsumer,
        @escaping @Sendable (Int, Delayed<Output>, Result<Output, any Error>) -> Void
    ) -> () -> Stored?

    @usableFromInline
    func stream<Output, Stored: Sendable>(
        _ reader: AnyTaskReader<Output>,
        _ taskCount: Int?,
        _ kind: GeneratorKind,
        _ store: @escaping @Sendable (Result<Output, TaskFailure>) throws(TaskFailure) -> Stored,
        _ makeStep: DirectStep<Output, Stored>
    ) throws -> ParallelResults<Stored> {
        let plan = try self.plan(returning: Output.self)
        plan.report?.tally.taskCount = taskCount
        let loop = StreamLoop(plan, .reader(reader), isOrdered: kind.isOrdered, isList: false, store)
        do {
            try loop.open()
        } catch {
            plan.report?.waitUntilTold()
            throw error
        }
        if plan.workers > 1 || plan.callerOnlyWaits { loop.callWorkers() }
        return ParallelResults(Consumer(loop, step: makeStep(loop.direct) { loop.finishDirect($0, $1, $2) }))
    }
}
