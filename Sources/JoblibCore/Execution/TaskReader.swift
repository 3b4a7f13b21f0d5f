// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Synchronization

/// The input of a loop that is read lazily: whoever holds the lock reads, and nobody else.
// SAFETY: the iterator is touched under `state`'s lock only. It may be used on another thread than the one that made it
// because that one is blocked in the call meanwhile, or has handed it over (`sending`).
final class TaskReader<Output: Sendable>: @unchecked Sendable {
    private struct State {
        var next: () -> Delayed<Output>?
        var count = 0
        var isExhausted = false
    }

    private let state: Mutex<UncheckedBox<State>>

    init<Tasks: Sequence>(_ tasks: Tasks) where Tasks.Element == Delayed<Output> {
        var iterator = tasks.makeIterator()
        self.state = Mutex(UncheckedBox(State(next: { iterator.next() })))
    }

    /// How many tasks were read.
    var count: Int { self.state.withLock { $0.value.count } }

    var isExhausted: Bool { self.state.withLock { $0.value.isExhausted } }

    /// Reads up to `limit` tasks.
    ///
    /// - Parameters:
    ///   - batch: Emptied, then filled.
    ///   - onRead: Called under the lock with the indices of the tasks read.
    /// - Returns: The index of the first task read.
    func read(_ limit: Int, into batch: inout [Delayed<Output>], _ onRead: (Range<Int>) -> Void) -> Int {
        batch.removeAll(keepingCapacity: true)
        return self.state.withLock { box in
            let first = box.value.count
            while batch.count < limit, !box.value.isExhausted {
                guard let task = box.value.next() else {
                    box.value.isExhausted = true
                    break
                }
                batch.append(task)
            }
            box.value.count += batch.count
            onRead(first..<box.value.count)
            return first
        }
    }

    /// Reads nothing more, and lets the input go.
    func stop() {
        self.state.withLock { box in
            box.value.isExhausted = true
            box.value.next = { nil }
        }
    }
}

/// Carries a value into a place that the compiler cannot prove safe.
// SAFETY: each use says why it is sound.
struct UncheckedBox<Value>: @unchecked Sendable {
    var value: Value

    init(_ value: Value) {
        self.value = value
    }
}
