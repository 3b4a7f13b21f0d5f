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
    @inlinable
    func ship<Output: Sendable, Stored: Sendable>(
        _ tasks: some Sequence<Delayed<Output>>,
        _ store: @escaping @Sendable (Result<Output, TaskFailure>) throws(TaskFailure) -> Stored
    ) throws -> [Stored] {
        guard let array = TaskArray.array(of: tasks) else {
            return try self.ship(nil, CallReport.taskCount(of: tasks), { SequenceReader(reading: tasks) }, store)
                .values(store)
        }
        // Here, where the types are known, in a few nanoseconds each.
        return try self.ship(array.map(\.shipped), array.count, { SequenceReader { _ in [] } }, store).values(store)
    }

    @usableFromInline
    func ship<Output: Sendable, Stored: Sendable>(
        _ bodies: [ShippedBody]?,
        _ taskCount: Int?,
        _ makeReader: () -> SequenceReader,
        _ store: @escaping @Sendable (Result<Output, TaskFailure>) throws(TaskFailure) -> Stored
    ) throws -> ShippedResults {
        let plan = try self.planWithoutTasks()
        if let taskCount { plan.report?.tally.taskCount = taskCount }
        if let bodies {
            try ShippedBody.check(bodies[...], plan.settings)
            guard !bodies.isEmpty else {
                plan.reportNothing()
                return ShippedResults([])
            }
        }
        let coding = try TaskCoding.of(Output.self, plan.settings)
        let reader = try Self.reader(bodies, makeReader, plan)
        defer { reader.stop() }
        let loop = ShippingLoop(
            plan,
            coding,
            .reader(reader),
            count: bodies?.count,
            isOrdered: true,
            isList: true,
            keepsGoing: Self.keepsGoing(store)
        )
        try loop.open()
        loop.feed()
        return try loop.allResults(store)
    }

    /// Whether something is handed out of a task that has failed, so that the others go on.
    private static func keepsGoing<Output, Stored>(_ store: ShippedResults.Store<Output, Stored>) -> Bool {
        // Where outputs themselves are handed out there is nothing in place of one that has failed.
        Stored.self != Output.self && (try? store(.failure(.example))) != nil
    }

    private static func reader(
        _ bodies: [ShippedBody]?,
        _ makeReader: () -> SequenceReader,
        _ plan: CallPlan
    ) throws -> ShippedReader {
        if let bodies { return ArrayReader(bodies) }
        let reader = makeReader()
        try reader.check(plan)
        return reader
    }

    /// Sends tasks while the caller goes on, and returns their results as a stream.
    @usableFromInline
    func shippedStream<Output: Sendable, Stored: Sendable>(
        _ bodies: [ShippedBody]?,
        _ count: Int?,
        _ makeReader: () -> SequenceReader,
        _ kind: GeneratorKind,
        _ store: @escaping @Sendable (Result<Output, TaskFailure>) throws(TaskFailure) -> Stored
    ) throws -> ParallelResults<Stored> {
        let plan = try self.planWithoutTasks()
        plan.report?.tally.taskCount = count
        if let bodies { try ShippedBody.check(bodies[...], plan.settings) }
        let loop = ShippingLoop(
            plan,
            try TaskCoding.of(Output.self, plan.settings),
            .reader(try Self.reader(bodies, makeReader, plan)),
            count: count,
            isOrdered: kind.isOrdered,
            isList: false,
            keepsGoing: Self.keepsGoing(store)
        )
        try loop.open()
        loop.startFeeding()
        return ParallelResults(Consumer(loop, store))
    }

    /// Sends tasks that the caller reads where it is, and waits for their results.
    func ship<Output: Sendable, Stored: Sendable>(
        _ tasks: some Sequence<Delayed<Output>>,
        _ store: @escaping @Sendable (Result<Output, TaskFailure>) throws(TaskFailure) -> Stored
    ) async throws -> [Stored] {
        try Task.checkCancellation()
        let plan = try self.planWithoutTasks()
        plan.report?.noteTaskCount(of: tasks)
        let array = TaskArray.array(of: tasks)
        if let array { try ShippedBody.check(array.map(\.shipped)[...], plan.settings) }
        if array?.isEmpty == true {
            plan.reportNothing()
            return []
        }
        var reader = FeedReader<_, Output, Stored>(tasks.makeIterator())
        var ahead = reader.next(SequenceReader.count(plan)) ?? []
        try ShippedBody.check(ahead.map(\.task.shipped)[...], plan.settings)
        let queue = BatchQueue<ShippingLoop.Tasks>()
        let loop = ShippingLoop(
            plan,
            try TaskCoding.of(Output.self, plan.settings),
            .queue(queue),
            count: array?.count,
            isOrdered: true,
            isList: true,
            keepsGoing: Self.keepsGoing(store)
        )
        try await loop.open()
        loop.startFeeding()
        while await loop.reserve() {
            let size = loop.readSize
            let batch = ahead.isEmpty ? reader.next(size) : Array(ahead.prefix(size))
            ahead.removeFirst(min(size, ahead.count))
            guard let batch else {
                loop.endInput(after: reader.count)
                break
            }
            loop.handIn((batch[0].index, batch.map(\.task.shipped)[...]), to: queue)
        }
        return try await loop.allResults(store).values(store)
    }
}
