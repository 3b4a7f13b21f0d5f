// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Cuts what the caller of a stream reads into batches.
struct FeedReader<Tasks: IteratorProtocol, Output: Sendable, Stored: Sendable>
where Tasks.Element == Delayed<Output> {
    typealias Item = StreamLoop<Output, Stored>.Item

    private var iterator: Tasks

    /// How many tasks were read.
    private(set) var count = 0

    init(_ iterator: Tasks) {
        self.iterator = iterator
    }

    /// Reads the next batch, of so many tasks at most; `nil` at the end.
    mutating func next(_ batchSize: Int) -> [Item]? {
        var batch: [Item] = []
        while batch.count < batchSize, let task = self.iterator.next() {
            batch.append(Item(index: self.count, task: task))
            self.count += 1
        }
        return batch.isEmpty ? nil : batch
    }
}
