// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

// Lists and streams of tasks that are sent to workers which see bytes only.

extension Parallel {
    /// Whether the workers of the backend see bytes only.
    @usableFromInline
    var isShipped: Bool {
        get throws { try self.settings(in: EnclosingTask.currentLoop).isShipped }
    }

    /// Sends tasks and waits for their results, which the calling thread feeds with tasks meanwhile.
    ///
    /// - Throws: ``ParallelError`` `.taskNotPortable` before any worker is asked for, where a task at hand cannot be sent.
    @usableFromInline
    func ship<Output, Stored: Sendable>(
        _ tasks: some Sequence<Delayed<Output>>,
        _ store: @escaping @Sendable (Result<Output, TaskFailure>) throws(TaskFailure) -> Stored
    ) throws -> [Stored] {
        let plan = try self.planWithoutTasks()
        plan.report?.noteTaskCount(of: tasks)
        let array = TaskArray.array(of: tasks)
        if let array { try Self.check(array[...], plan.settings) }
        if array?.isEmpty == true {
            plan.reportNothing()
            return []
        }
        let coding = try TaskCoding<Output>(plan)
        let reader: AnyTaskReader<Output> = array.map { TaskReader($0) } ?? TaskReader(tasks)
        defer { reader.stop() }
        let loop = ShippingLoop(
            plan,
            coding,
            .reader(try CheckedReader(reader, plan)),
            count: array?.count,
            isOrdered: true,
            isList: true,
            store
        )
        do {
            try loop.open()
        } catch {
            plan.report?.waitUntilTold()
            throw error
        }
        loop.feed()
        var results: [Stored] = []
        do {
            while let result = try loop.nextBlocking() { results.append(result) }
        } catch {
            throw loop.describe(error, results)
        }
        return results
    }

    /// Sends tasks while the caller goes on, and returns their results as a stream.
    func shippedStream<Output, Stored: Sendable>(
        _ reader: AnyTaskReader<Output>,
        _ count: Int?,
        _ kind: GeneratorKind,
        _ store: @escaping @Sendable (Result<Output, TaskFailure>) throws(TaskFailure) -> Stored
    ) throws -> ParallelResults<Stored> {
        let plan = try self.planWithoutTasks()
        plan.report?.tally.taskCount = count
        let loop = ShippingLoop(
            plan,
            try TaskCoding<Output>(plan),
            .reader(try CheckedReader(reader, plan)),
            count: count,
            isOrdered: kind.isOrdered,
            isList: false,
            store
        )
        do {
            try loop.open()
        } catch {
            plan.report?.waitUntilTold()
            throw error
        }
        loop.startFeeding()
        return ParallelResults(Consumer(loop))
    }

    /// Sends tasks that the caller reads where it is, and waits for their results.
    func ship<Output, Stored: Sendable>(
        _ tasks: some Sequence<Delayed<Output>>,
        _ store: @escaping @Sendable (Result<Output, TaskFailure>) throws(TaskFailure) -> Stored
    ) async throws -> [Stored] {
        try Task.checkCancellation()
        let plan = try self.planWithoutTasks()
        plan.report?.noteTaskCount(of: tasks)
        let array = TaskArray.array(of: tasks)
        if let array { try Self.check(array[...], plan.settings) }
        if array?.isEmpty == true {
            plan.reportNothing()
            return []
        }
        var reader = FeedReader<_, Output, Stored>(tasks.makeIterator())
        var ahead = reader.next(CheckedReader<Output>.count(plan)) ?? []
        try Self.check(ahead.map(\.task)[...], plan.settings)
        let queue = BatchQueue<StreamLoop<Output, Stored>.Item>()
        let coding = try TaskCoding<Output>(plan)
        let loop = ShippingLoop(plan, coding, .queue(queue), count: array?.count, isOrdered: true, isList: true, store)
        do {
            try loop.open()
        } catch {
            await plan.report?.told()
            throw error
        }
        loop.startFeeding()
        while await loop.reserve() {
            let size = loop.readSize
            let batch = ahead.isEmpty ? reader.next(size) : Array(ahead.prefix(size))
            ahead.removeFirst(min(size, ahead.count))
            guard let batch else {
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

    /// Refuses an array of tasks of which one cannot be sent, where they have to be.
    @usableFromInline
    func refuseWhatCannotTravel<Output>(_ tasks: some Sequence<Delayed<Output>>) throws {
        guard try self.isShipped, let array = TaskArray.array(of: tasks) else { return }
        try Self.check(array[...], try self.settings(in: EnclosingTask.currentLoop))
    }

    /// Refuses tasks of which one cannot be sent.
    static func check<Output>(_ tasks: ArraySlice<Delayed<Output>>, _ settings: CallSettings) throws(ParallelError) {
        for (index, task) in zip(tasks.indices, tasks) {
            let refusal = TaskCoding<Output>.refusal(of: task, "task \(index)", settings)
            if let refusal { throw refusal }
        }
    }
}

/// Reads what is dispatched first before the call begins, so that a task that cannot be sent is refused before any worker is
/// asked for anything.
// SAFETY: used by the one thread that feeds the loop, like the reader behind it.
private final class CheckedReader<Output: Sendable>: AnyTaskReader<Output>, @unchecked Sendable {
    private var ahead: ArraySlice<Delayed<Output>>
    private var first = 0
    private let reader: AnyTaskReader<Output>

    init(_ reader: AnyTaskReader<Output>, _ plan: CallPlan) throws(ParallelError) {
        self.reader = reader
        self.ahead = reader.read(Self.count(plan)).tasks[...]
        super.init()
        try Parallel.check(self.ahead, plan.settings)
    }

    /// How many tasks are dispatched at first: one for each batch that may be with a worker.
    static func count(_ plan: CallPlan) -> Int {
        let (count, overflow) = plan.workers.multipliedReportingOverflow(by: plan.settings.capabilities.batchesAhead)
        return max(1, min(overflow ? .max : count, plan.window ?? .max, 1 << 16))
    }

    override func read(_ limit: Int) -> (first: Int, tasks: [Delayed<Output>]) {
        guard !self.ahead.isEmpty else { return self.reader.read(limit) }
        let tasks = Array(self.ahead.prefix(limit))
        self.ahead.removeFirst(tasks.count)
        defer { self.first += tasks.count }
        return (self.first, tasks)
    }

    override func stop() {
        self.ahead = []
        self.reader.stop()
    }
}
