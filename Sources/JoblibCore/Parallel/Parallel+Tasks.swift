// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

extension Parallel {
    /// Runs every task and returns the outputs in order; joblib's `Parallel(…)(delayed(f)(x) for x in xs)`.
    ///
    /// The sequence is read lazily, as far ahead as `preDispatch` allows. While the caller is blocked in the call any of
    /// its workers reads, one at a time: a closure inside of the sequence may run on their threads. An array is not read
    /// at all, its tasks are claimed.
    ///
    /// - Parameter tasks: The tasks, made by `delayed`.
    /// - Returns: One output per task, in the order of the sequence.
    /// - Throws: ``TaskFailure`` for the task that failed first in time; ``ParallelError`` when none could be run.
    @inlinable
    public func callAsFunction<Output>(_ tasks: some Sequence<Delayed<Output>>) throws -> [Output] {
        try self.run(tasks)
    }

    /// Runs every task and returns the outputs in order: the call syntax under a name.
    ///
    /// For synchronous single-expression closures inside of asynchronous functions, where the compiler picks the
    /// asynchronous twin of the call syntax and then refuses it.
    ///
    /// - Parameter tasks: The tasks, made by `delayed`.
    /// - Returns: One output per task, in the order of the sequence.
    /// - Throws: ``TaskFailure`` for the task that failed first in time; ``ParallelError`` when none could be run.
    @inlinable
    public func run<Output>(_ tasks: some Sequence<Delayed<Output>>) throws -> [Output] {
        guard let array = try TaskArray.array(of: tasks) ?? self.allForForks(tasks), try !self.isShipped else {
            return try self.runLazily(tasks) { (outcome) throws(TaskFailure) in try outcome.get() }
        }
        if let call = try self.onSpawnedWorkers(array) { return try call.run(array) }
        return try unsafe self.collectOutputs(array) { claims, tasks, slots in
            while let chunk = claims.next() {
                for index in chunk {
                    guard claims.begin(index) else { return }
                    let output =
                        claims.isSupervised ? try claims.supervise(index, tasks[index].run) : try tasks[index].run()
                    unsafe (slots + index).initialize(to: output)
                }
            }
        }
    }

    /// Runs every task and returns a result for each, in order, whatever fails.
    ///
    /// A failure does not stop the others; `retries` come first.
    ///
    /// - Parameter tasks: The tasks, made by `delayed`.
    /// - Returns: One `Result` per task, in the order of the sequence.
    /// - Throws: ``ParallelError`` when the tasks could not be run, never a ``TaskFailure``.
    public func results<Output>(_ tasks: some Sequence<Delayed<Output>>) throws -> [Result<Output, TaskFailure>] {
        guard let array = try TaskArray.array(of: tasks) ?? self.allForForks(tasks), try !self.isShipped else {
            return try self.runLazily(tasks) { (outcome) throws(TaskFailure) in outcome }
        }
        if let call = try self.onSpawnedWorkers(array) { return try call.results(array) }
        if try self.usesForks(returning: Output.self) { return try self.forkedResults(array) }
        let kernel: @Sendable (inout ChunkClaims, [Delayed<Output>], Outcomes<Output>) throws -> Void = {
            claims,
            tasks,
            slots in
            while let chunk = claims.next() {
                for index in chunk {
                    guard claims.begin(index) else { return }
                    let outcome = try claims.outcome(index, tasks[index].run)
                    unsafe (slots + index).initialize(to: outcome)
                }
            }
        }
        return try unsafe self.collect(
            array,
            count: array.count,
            storeFailure: { slot, failure in unsafe slot.initialize(to: .failure(failure)) },
            rescue: { slots, ranges, error in unsafe error.completed(Self.move(ranges, outOf: slots)) },
            kernel
        )
    }

    private typealias Outcomes<Output: Sendable> = UnsafeMutablePointer<Result<Output, TaskFailure>>

    @usableFromInline
    func collectOutputs<Output>(
        _ tasks: [Delayed<Output>],
        _ kernel:
            @escaping @Sendable (inout ChunkClaims, [Delayed<Output>], UnsafeMutablePointer<Output>) throws -> Void
    ) throws -> [Output] {
        try unsafe self.collect(
            tasks,
            count: tasks.count,
            storeFailure: nil,
            rescue: { slots, ranges, error in unsafe error.completed(Self.move(ranges, outOf: slots)) },
            kernel
        )
    }

    @inlinable
    func runLazily<Output, Stored: Sendable>(
        _ tasks: some Sequence<Delayed<Output>>,
        _ store: @escaping @Sendable (Result<Output, TaskFailure>) throws(TaskFailure) -> Stored
    ) throws -> [Stored] {
        if try self.isShipped { return try self.ship(tasks, store) }
        let plan = try self.plan(returning: Output.self)
        plan.report?.noteTaskCount(of: tasks)
        switch Self.reader(for: plan) {
        case .workers: break
        case .caller: return try self.runWhileReading(SequenceLoop(plan), tasks, store)
        case .waitingCaller: return try self.feed(plan, tasks, store)
        }
        let reader = TaskReader(tasks)
        // Here and not where the last reference goes: a thread abandoned in a task may hold one.
        defer { reader.stop() }
        let slots = SegmentedSlots<Stored>()
        let loop = SequenceLoop(plan) { claims in
            let batch = TaskBuffer<Output>()
            while let size = try claims.nextTurn() {
                if size == 1 {
                    guard let (index, task) = reader.next(slots.reserve) else {
                        return claims.didRead(reader.count..<reader.count, isExhausted: true)
                    }
                    claims.didRead(index..<index + 1, isExhausted: false)
                    guard try claims.run(task, index, slots.place(of: index), store) else { return }
                    continue
                }
                var (index, isExhausted) = reader.read(size, into: batch, slots.reserve)
                claims.didRead(index..<index + batch.count, isExhausted: isExhausted)
                while let task = batch.popFirst() {
                    guard try claims.run(task, index, slots.place(of: index), store) else { return }
                    index += 1
                }
                if isExhausted { return }
            }
        }
        do {
            try loop.run()
            guard let results = slots.allElements(reader.count) else { throw ParallelError.outerLoopEnded }
            return results
        } catch let error as ParallelError where error.code == .cancelled {
            throw error.completed(slots.elements(reader.count))
        }
    }

    // Copies: the loop that failed still owns what is in the slots.
    private static func move<Output>(
        _ ranges: [Range<Int>],
        outOf slots: UnsafeMutablePointer<Output>
    ) -> [(index: Int, output: Output)] {
        ranges.sorted { $0.lowerBound < $1.lowerBound }
            .flatMap { range in
                range.map { index in (index, unsafe slots[index]) }
            }
    }
}

/// Which sequences of tasks are at hand, so that workers can claim from them instead of reading by turns.
///
/// Arrays alone: a lazy collection computes its elements, in closures that only one thread at a time may run.
@usableFromInline
enum TaskArray {
    @usableFromInline
    static func array<Output>(of tasks: some Sequence<Delayed<Output>>) -> [Delayed<Output>]? {
        switch tasks {
        case let array as [Delayed<Output>]: array
        case let slice as ArraySlice<Delayed<Output>>: Array(slice)
        case let array as ContiguousArray<Delayed<Output>>: Array(array)
        default: nil
        }
    }
}
