// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// How a known number of tasks is cut into chunks.
struct Partition: Sendable {
    let count: Int
    let workers: Int

    /// The size of every chunk but the last; `nil`: as ``LeasePolicy`` has it.
    let fixedSize: Int?

    /// The largest chunk where no size is asked for.
    let largestSize: Int

    init(count: Int, workers: Int, batchSize: Int?, largestSize: Int = .max) {
        self.count = count
        self.workers = workers
        self.largestSize = largestSize
        // A size beyond the count would carry the counter of claimed positions past the largest integer.
        self.fixedSize = batchSize.map { min($0, max(count, 1)) }
        self.batchCount = self.fixedSize.map { count / $0 + (count.isMultiple(of: $0) ? 0 : 1) }
    }

    /// How many batches of the size there are.
    let batchCount: Int?

    /// The positions of a batch of the size.
    func positions(ofBatch batch: Int, size: Int) -> Range<Int> {
        let start = batch * size
        return start..<start + min(size, self.count - start)
    }

    /// How many workers can have a chunk at the same time.
    var usefulWorkers: Int { min(self.workers, self.batchCount ?? self.count) }

    /// Equal parts that depend on the number of elements alone, so that whatever is computed from a part is the same for
    /// every number of jobs: at most 1,024 unless a size is asked for.
    static func part(of count: Int, batchSize: Int?) -> Int {
        max(1, batchSize ?? (count + 1023) / 1024)
    }
}
