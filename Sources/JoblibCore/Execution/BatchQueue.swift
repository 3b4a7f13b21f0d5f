// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Synchronization

/// Batches that were handed in and wait for a worker, first in, first out.
final class BatchQueue<Task: Sendable>: Sendable {
    private let batches = Mutex(Queue<[Task]>())

    func push(_ batch: [Task]) {
        self.batches.withLock { $0.push(batch) }
    }

    func pop() -> [Task]? {
        self.batches.withLock { $0.pop() }
    }

    var isEmpty: Bool { self.batches.withLock { $0.isEmpty } }
}
