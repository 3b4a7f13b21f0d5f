// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCore

/// Results are complete and in order.
extension ConformanceCase {
    static let order: [ConformanceCase] = {
        let family = Family("order")
        return [
            ConformanceCase(family, "map", "map returns one result per element, in order", [5, 9, 22]) { subject in
                for nJobs in [1, 2, 5] {
                    for count in [0, 1, 2, 3, 1000, 20_000] {
                        let results = try subject.parallel(nJobs).map(0..<count) { $0 &* 3 }
                        try requireEqual(results, (0..<count).map { $0 &* 3 }, "map of \(count), nJobs \(nJobs)")
                    }
                }
            },
            ConformanceCase(
                family,
                "lists",
                "lists of tasks, at hand or read lazily, give their outputs in order",
                [22]
            ) {
                subject in
                for nJobs in [1, 2, 5] {
                    let tasks = (0..<500).map { index in delayed { "\(index)" } }
                    let expected = (0..<500).map { "\($0)" }
                    try requireEqual(try subject.parallel(nJobs)(tasks), expected, "an array, nJobs \(nJobs)")
                    let lazily = try subject.parallel(nJobs)(tasks.lazy.map { $0 })
                    try requireEqual(lazily, expected, "a lazy sequence, nJobs \(nJobs)")
                    let batches = try subject.parallel(nJobs, batchSize: 7)(tasks)
                    try requireEqual(batches, expected, "batches of 7, nJobs \(nJobs)")
                }
            },
            ConformanceCase(
                family,
                "once",
                "every task runs exactly once",
                [8, 22],
                needs: [.closures, .sharedMemory]
            ) { subject in
                let count = 2000
                let runs = (0..<count).map { _ in Tally() }
                try subject.parallel(4, batchSize: 1).forEach(0..<count) { runs[$0].add() }
                _ = try subject.parallel(4)((0..<count).lazy.map { index in delayed { runs[index].add() } })
                try require(runs.allSatisfy { $0.count == 2 }, "a task did not run exactly once in one of two calls")
            },
            ConformanceCase(family, "values", "results of any type arrive whole", [22]) { subject in
                let words = try subject.parallel(3).map(0..<300) { Array(repeating: "word \($0)", count: $0 % 5) }
                try requireEqual(words, (0..<300).map { Array(repeating: "word \($0)", count: $0 % 5) }, "lists")
                let optionals = try subject.parallel(3).map(0..<300) { $0.isMultiple(of: 2) ? nil : $0 }
                try requireEqual(optionals, (0..<300).map { $0.isMultiple(of: 2) ? nil : $0 }, "optionals")
                try subject.parallel(3).forEach(0..<300) { _ in }
            },
            ConformanceCase(family, "reduce", "sums of floating-point numbers are equal for every nJobs", [22]) {
                subject in
                let items = (1...10_000).map { 1 / Double($0) }
                let sums = try [1, 2, 3, 7].map { try subject.parallel($0).reduce(items, 0, +, +) }
                try require(sums.allSatisfy { $0 == sums[0] }, "the sums differ: \(sums)")
            },
            ConformanceCase(
                family,
                "chunks",
                "forEachChunk writes every element of the caller's storage",
                [22],
                needs: [.closures, .sharedMemory]
            ) { subject in
                var storage = Array(repeating: 0, count: 10_000)
                try subject.parallel(3)
                    .forEachChunk(of: &storage) { chunk, range in
                        for offset in chunk.indices { chunk[offset] = range.lowerBound + offset }
                    }
                try requireEqual(storage, Array(0..<10_000), "the storage")
            },
            ConformanceCase(family, "async", "the asynchronous forms give the same", [9, 22]) { subject in
                let expected = (0..<400).map { $0 * 2 }
                let mapped = try inTask { try await subject.parallel(3).map(0..<400) { $0 * 2 } }
                try requireEqual(mapped, expected, "map")
                let listed = try inTask {
                    try await subject.parallel(3).run((0..<400).lazy.map { index in delayed { index * 2 } })
                }
                try requireEqual(listed, expected, "a lazy list")
            },
            ConformanceCase(
                family,
                "bodies",
                "asynchronous bodies give the same",
                [9, 22],
                needs: [.closures, .sharedMemory]
            ) { subject in
                let bodies = try inTask {
                    try await subject.parallel(3)
                        .map(0..<400) { index in
                            await Task.yield()
                            return index * 2
                        }
                }
                try requireEqual(bodies, (0..<400).map { $0 * 2 }, "asynchronous bodies")
            },
        ]
    }()
}
