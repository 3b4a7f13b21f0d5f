// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import JoblibCore

struct PartitionTests {
    @Test("A size that was asked for is the size")
    func fixed() {
        #expect(Partition(count: 100, workers: 4, batchSize: 7).fixedSize == 7)
    }

    @Test(
        "No more workers are useful than there are chunks",
        arguments: [
            (0, 4, nil, 0), (1, 4, nil, 1), (3, 4, nil, 3), (9, 4, nil, 4),
            (9, 4, 3, 3), (9, 4, 4, 3), (8, 4, 4, 2), (9, 4, 100, 1), (0, 4, 5, 0),
        ] as [(Int, Int, Int?, Int)]
    )
    func usefulWorkers(count: Int, workers: Int, batchSize: Int?, expected: Int) {
        #expect(Partition(count: count, workers: workers, batchSize: batchSize).usefulWorkers == expected)
    }

    @Test("A size beyond every count is one chunk", arguments: [Int.max, .max - 1, .max / 2])
    func hugeSize(size: Int) throws {
        #expect(Partition(count: 9, workers: 4, batchSize: size).usefulWorkers == 1)
        let call = Parallel(nJobs: 2, backend: .sequential, batchSize: BatchSize(size))
        #expect(try call.map(0..<9) { $0 } == Array(0..<9))

        #expect(ChunkRanges(count: 9, length: size).map { $0 } == [0..<9])
    }

    @Test(
        "Parts depend on the number of elements alone and are at most 1,024",
        arguments: [(0, 1), (1, 1), (1024, 1), (1025, 2), (2048, 2), (2049, 3), (1_000_000, 977)]
    )
    func parts(count: Int, size: Int) {
        #expect(Partition.part(of: count, batchSize: nil) == size)
        #expect((count + size - 1) / size <= 1024)
    }

    @Test("Parts have the size that was asked for")
    func fixedParts() {
        #expect(Partition.part(of: 1_000_000, batchSize: 10) == 10)
        #expect(Partition.part(of: 3, batchSize: 10) == 10)
    }
}
