// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Synchronization

/// Batches that were handed in and wait for a worker, first in, first out.
final class BatchQueue<Task: Sendable>: Sendable {
    private struct State {
        var batches: [[Task]] = []
        var head = 0
    }

    private let state = Mutex(State())

    func push(_ batch: [Task]) {
        self.state.withLock { $0.batches.append(batch) }
    }

    func pop() -> [Task]? {
        self.state.withLock { state in
            guard state.head < state.batches.count else { return nil }
            let batch = state.batches[state.head]
            state.head += 1
            if state.head == state.batches.count {
                state.batches.removeAll(keepingCapacity: true)
                state.head = 0
            }
            return batch
        }
    }

    var isEmpty: Bool { self.state.withLock { $0.head == $0.batches.count } }
}
