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

    /// Reads up to `limit` tasks.
    ///
    /// - Parameters:
    ///   - limit: At least 1.
    ///   - batch: Emptied, then filled.
    ///   - onRead: Called under the lock with the indices of the tasks read.
    /// - Returns: The index of the first task read, and whether the input has come to its end.
    @inlinable
    func read(
        _ limit: Int,
        into batch: inout [Delayed<Output>],
        _ onRead: (Range<Int>) -> Void
    ) -> (first: Int, isExhausted: Bool) {
        batch.removeAll(keepingCapacity: true)
        // A turn is short, and whoever sleeps for one wakes late: with tiny tasks that would be most of the time.
        for _ in 0..<Turn.spins {
            if let turn = self.state.withLockIfAvailable({ Self.read(limit, from: &$0.value, into: &batch, onRead) }) {
                return turn
            }
            Turn.spin()
        }
        return self.state.withLock { Self.read(limit, from: &$0.value, into: &batch, onRead) }
    }

    @inlinable
    static func read(
        _ limit: Int,
        from state: inout State,
        into batch: inout [Delayed<Output>],
        _ onRead: (Range<Int>) -> Void
    ) -> (first: Int, isExhausted: Bool) {
        let first = state.count
        while batch.count < limit, state.iterator != nil {
            guard let task = state.iterator?.next() else {
                state.iterator = nil
                break
            }
            batch.append(task)
        }
        state.count = first + batch.count
        onRead(first..<state.count)
        return (first, state.iterator == nil)
    }

    override func read(_ limit: Int) -> (first: Int, tasks: [Delayed<Output>]) {
        var tasks: [Delayed<Output>] = []
        let (first, _) = self.read(limit, into: &tasks) { _ in }
        return (first, tasks)
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
    /// How often to look before sleeping.
    @usableFromInline
    static let spins = 100

    @usableFromInline
    static func spin() {
        SpinWait.briefly()
    }
}
