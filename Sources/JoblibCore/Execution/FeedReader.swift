// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Cuts what the caller of a stream reads into batches.
struct FeedReader<Tasks: IteratorProtocol, Output: Sendable, Stored: Sendable>
where Tasks.Element == Delayed<Output> {
    typealias Item = StreamLoop<Output, Stored>.Item

    private var iterator: Tasks
    private let batchSize: Int
    private var nextIndex = 0

    init(_ iterator: Tasks, batchSize: Int) {
        self.iterator = iterator
        self.batchSize = batchSize
    }

    mutating func next() -> [Item]? {
        var batch: [Item] = []
        while batch.count < self.batchSize, let task = self.iterator.next() {
            batch.append(Item(index: self.nextIndex, task: task))
            self.nextIndex += 1
        }
        return batch.isEmpty ? nil : batch
    }
}
