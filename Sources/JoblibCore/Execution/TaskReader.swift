// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX
public import Synchronization

/// The input of a loop that is read lazily: whoever holds the lock reads, and nobody else.
// SAFETY: the iterator is touched under the lock only. It may be used on another thread than the one that made it
// because that one is blocked in the call meanwhile, or has handed it over (`sending`).
@usableFromInline
final class TaskReader<Tasks: Sequence, Output: Sendable>: AnyTaskReader<Output>, @unchecked Sendable
where Tasks.Element == Delayed<Output> {
    @usableFromInline
    struct State {
        @usableFromInline
        var iterator: Tasks.Iterator?

        @usableFromInline
        var count = 0

        @inlinable
        init(iterator: Tasks.Iterator) {
            self.iterator = iterator
        }
    }

    @usableFromInline
    let state: Mutex<UncheckedBox<State>>

    @inlinable
    init(_ tasks: Tasks) {
        self.state = Mutex(UncheckedBox(State(iterator: tasks.makeIterator())))
    }

    /// How many tasks were read.
    @inlinable
    var count: Int { self.state.withLock { $0.value.count } }

    /// Waits for a turn to read.
    ///
    /// Who finds another at it stays away for a while: with tiny tasks one thread is at it most of the time, and the other
    /// would only take the lock and the input's memory away from its processor. A thread that sleeps wakes late, so that
    /// comes last, when somebody reads for long.
    @inlinable
    func withTurn<R>(_ body: (inout State) -> sending R) -> R {
        for pause in Turn.pauses {
            if let result = self.state.withLockIfAvailable({ UncheckedBox(body(&$0.value)) }) { return result.value }
            Turn.pause(pause)
        }
        return self.state.withLock { UncheckedBox(body(&$0.value)) }.value
    }

    /// Reads one task.
    ///
    /// - Parameter onRead: Called under the lock with the number of tasks that have been read with it.
    /// - Returns: The task with its index; `nil` at the end.
    @inlinable
    func next(_ onRead: (Int) -> Void) -> (index: Int, task: Delayed<Output>)? {
        self.withTurn { state in
            guard let task = state.iterator?.next() else {
                state.iterator = nil
                return nil
            }
            let index = state.count
            state.count = index + 1
            onRead(index + 1)
            return (index, task)
        }
    }

    /// Reads up to `limit` tasks.
    ///
    /// - Parameters:
    ///   - limit: At least 1.
    ///   - batch: Empty; filled.
    ///   - onRead: Called under the lock with the number of tasks that have been read with these.
    /// - Returns: The index of the first task read, and whether the input has come to its end.
    @inlinable
    func read(
        _ limit: Int,
        into batch: TaskBuffer<Output>,
        _ onRead: (Int) -> Void
    ) -> (first: Int, isExhausted: Bool) {
        self.withTurn { state in
            let first = state.count
            while batch.count < limit, state.iterator != nil {
                guard let task = state.iterator?.next() else {
                    state.iterator = nil
                    break
                }
                batch.append(task)
            }
            state.count = first + batch.count
            onRead(state.count)
            return (first, state.iterator == nil)
        }
    }

    override func read(_ limit: Int) -> (first: Int, tasks: [Delayed<Output>]) {
        let batch = TaskBuffer<Output>()
        let (first, _) = self.read(limit, into: batch) { _ in }
        var tasks: [Delayed<Output>] = []
        while let task = batch.popFirst() { tasks.append(task) }
        return (first, tasks)
    }

    /// Reads and runs a task as the consumer of a stream, which has begun to.
    ///
    /// - Parameters:
    ///   - consumer: The consumer.
    ///   - finish: Takes what came of a task whose result goes the usual way.
    ///   - store: Makes what is handed out.
    /// - Returns: What is handed out at once, if there is something.
    @inlinable
    func runNext<Stored>(
        _ consumer: DirectConsumer,
        _ finish: (Int, Delayed<Output>, Swift.Result<Output, any Error>) -> Void,
        _ store: (Output) -> Stored
    ) -> Stored? {
        guard let (index, task) = self.next({ _ in }) else {
            consumer.inputDidEnd(after: self.count)
            return nil
        }
        consumer.willRun(index)
        do {
            let output = try task.run()
            if consumer.didRun(index, hasFailed: false) { return store(output) }
            finish(index, task, .success(output))
        } catch {
            _ = consumer.didRun(index, hasFailed: true)
            finish(index, task, .failure(error))
        }
        return nil
    }

    @usableFromInline
    override func stop() {
        self.state.withLock { $0.value.iterator = nil }
    }
}

/// Carries a value into a place that the compiler cannot prove safe.
// SAFETY: each use says why it is sound.
@usableFromInline
struct UncheckedBox<Value>: @unchecked Sendable {
    @usableFromInline
    var value: Value

    @inlinable
    init(_ value: Value) {
        self.value = value
    }
}

/// Waiting for one's turn to read.
@usableFromInline
enum Turn {
    /// For how long to stay away, each time: from about a microsecond on, a tenth of a millisecond in all.
    @usableFromInline
    static var pauses: Range<Int> { 12..<48 }

    @usableFromInline
    static func spin() {
        SpinWait.briefly()
    }

    @usableFromInline
    static func pause(_ spins: Int) {
        for _ in 0..<spins { SpinWait.briefly() }
    }
}
