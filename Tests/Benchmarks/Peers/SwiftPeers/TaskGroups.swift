// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import ContenderProtocol
import Work

/// `withTaskGroup`, in chunks where that is how it is used well.
enum TaskGroups {
    private static let name = "TaskGroup"

    static let contenders = [
        Contender("w1-existing", "\(name) in chunks", .inTask { await Self.roots($0, chunks: 8, units: 1) }),
        Contender(
            "w1-new",
            "\(name) in chunks",
            .inTask { setup in
                {
                    var values: [Double] = []
                    let seconds = await timed { values = await Self.chunkedArray(setup.count) }
                    try Roots.check(values)
                    return seconds
                }
            }
        ),
        Contender("w1-list", name, .inTask { await Self.roots($0, chunks: $0.count, units: $0.count) }),
        Contender(
            "w1-lazy",
            "\(name) with a window",
            .inTask { setup in
                {
                    var sum = 0.0
                    let seconds = await timed { sum = await Self.windowedSum(setup.count, width: 2 * setup.workers) }
                    try require(sum == Double(setup.count) * Double(setup.count - 1) / 2, "not the sum of the roots")
                    return seconds / Double(setup.count)
                }
            }
        ),
        Contender(
            "w2-hot",
            name,
            .inTask { setup in
                {
                    await timed {
                        for _ in 0..<setup.count { await Self.forEach(2) { _ in } }
                    } / Double(setup.count)
                }
            }
        ),
        Contender("w2-idle", name, .inTask { _ in { try await afterIdling { await Self.forEach(2) { _ in } } } }),
        Contender("w3", name, .inTask { _ in { await timed { await Self.forEach(2) { _ in } } } }),
        Contender(
            "w4",
            name,
            .inTask { setup in
                let summands = Summands(count: setup.count)
                return {
                    var sums: [Double] = []
                    let seconds = await timed { sums = await Self.results(8, or: 0) { _ in summands.sum() } }
                    try summands.check(sums)
                    return seconds
                }
            }
        ),
        Contender(
            "w5",
            name,
            .inTask { setup in
                {
                    var results: [[Double]] = []
                    let seconds = await timed {
                        results = await Self.results(8, or: []) { bigResult($0, count: setup.count) }
                    }
                    try checkBigResults(results)
                    return seconds
                }
            }
        ),
        Contender(
            "w6",
            name,
            .inTask { setup in
                let durations = skewedDurations(count: setup.count)
                return { await timed { await Self.forEach(setup.count) { work_spin(durations[$0]) } } }
            }
        ),
        Contender(
            "w7",
            name,
            .inTask { setup in
                {
                    var errors: [Double] = []
                    let task = { @Sendable (seed: Int) in work_convolution_error(setup.count, UInt64(seed)) }
                    let seconds = await timed {
                        // One worker is a loop: a group takes all CPUs.
                        errors = setup.workers == 1 ? (0..<8).map(task) : await Self.results(8, or: 1, task)
                    }
                    try checkConvolutions(errors)
                    return seconds
                }
            }
        ),
        Contender(
            "w8",
            name,
            .inTask { setup in
                {
                    var rows: [[Double]] = []
                    let seconds = await timed {
                        for _ in 0..<setup.count { rows = await Self.nestedRoots() }
                    }
                    try checkNested(rows)
                    return seconds / Double(setup.count)
                }
            }
        ),
        Contender(
            "w9",
            "\(name) with a window",
            .inTask { setup in
                _ = await Self.windowedSum(setup.count / 100, width: 64)
                return {
                    var sum = 0.0
                    let seconds = await timed { sum = await Self.windowedSum(setup.count, width: 64) }
                    try require(sum == Double(setup.count) * Double(setup.count - 1) / 2, "not the sum of the roots")
                    return seconds
                }
            }
        ),
        Contender(
            "probe",
            name,
            .onThread { setup in
                {
                    let done = Tally()
                    let longest = try ServiceProbe.longestWait {
                        await Self.forEach(setup.count) { _ in
                            work_spin(ServiceProbe.nanosecondsOfAnItem)
                            done.add()
                        }
                    }
                    try require(done.count == setup.count, "not every item")
                    return longest
                }
            }
        ),
    ]

    private static func forEach(_ count: Int, _ task: @escaping @Sendable (Int) -> Void) async {
        await withTaskGroup(of: Void.self) { group in
            for index in 0..<count { group.addTask { task(index) } }
        }
    }

    /// The results of the tasks, in order.
    private static func results<R: Sendable>(
        _ count: Int,
        or placeholder: R,
        _ task: @escaping @Sendable (Int) async -> R
    ) async -> [R] {
        await withTaskGroup(of: (Int, R).self) { group in
            for index in 0..<count { group.addTask { (index, await task(index)) } }
            var results = [R](repeating: placeholder, count: count)
            for await (index, result) in group { results[index] = result }
            return results
        }
    }

    private static func nestedRoots() async -> [[Double]] {
        await self.results(20, or: []) { _ in await self.results(100, or: 0) { work_square_root(UInt64($0)) } }
    }

    /// The sum of the roots, with at most `width` of them under way.
    private static func windowedSum(_ count: Int, width: Int) async -> Double {
        await withTaskGroup(of: Double.self) { group in
            var started = 0
            var sum = 0.0
            func start() {
                guard started < count else { return }
                let number = started
                group.addTask { work_square_root(UInt64(number)) }
                started += 1
            }
            for _ in 0..<width { start() }
            while let value = await group.next() {
                sum += value
                start()
            }
            return sum
        }
    }

    /// Fills an array that is there already.
    private static func roots(_ setup: Contender.Setup, chunks: Int, units: Int) async -> () async throws -> Double {
        let values = SharedDoubles(count: setup.count)
        return {
            values.spoil()
            let seconds = await timed {
                await Self.forEach(chunks) { chunk in
                    for index in chunk * setup.count / chunks..<(chunk + 1) * setup.count / chunks {
                        values[index] = work_square_root(UInt64(index))
                    }
                }
            }
            try Roots.check(values.array)
            return seconds / Double(units)
        }
    }

    /// The chunks as arrays, put together.
    private static func chunkedArray(_ count: Int) async -> [Double] {
        let parts = await self.results(8, or: []) { chunk in
            (chunk * count / 8..<(chunk + 1) * count / 8).map { work_square_root(UInt64($0)) }
        }
        return Array(parts.joined())
    }
}
