// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Cuts what the caller of a stream reads into batches.
struct FeedReader<Tasks: IteratorProtocol, Output: Sendable, Stored: Sendable>
where Tasks.Element == Delayed<Output> {
    typealias Item = StreamLoop<Output, Stored>.Item

    private var iterator: Tasks
    private let batchSize: Int

    /// How many tasks were read.
    private(set) var count = 0

    init(_ iterator: Tasks, batchSize: Int) {
        self.iterator = iterator
        self.batchSize = batchSize
    }

    mutating func next() -> [Item]? {
        var batch: [Item] = []
        while batch.count < self.batchSize, let task = self.iterator.next() {
            batch.append(Item(index: self.count, task: task))
            self.count += 1
        }
        return batch.isEmpty ? nil : batch
    }
}
