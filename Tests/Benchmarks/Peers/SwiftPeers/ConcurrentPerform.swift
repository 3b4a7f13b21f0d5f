// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import ContenderProtocol
import Dispatch
import Work

/// `DispatchQueue.concurrentPerform`, in chunks where that is how it is used well.
enum ConcurrentPerform {
    private static let name = "concurrentPerform"

    static let contenders = [
        Contender("w1-existing", "\(name) in chunks", .onThread { Self.roots($0, chunks: 8, units: 1) }),
        Contender(
            "w1-new",
            "\(name) in chunks",
            .onThread { setup in
                {
                    var values: [Double] = []
                    let seconds = timed {
                        values = Self.array(setup.count) { buffer in Self.fill(buffer, chunks: 8) }
                    }
                    try Roots.check(values)
                    return seconds
                }
            }
        ),
        Contender("w1-grain", name, .onThread { Self.roots($0, chunks: $0.count, units: $0.count) }),
        Contender(
            "w2-hot",
            name,
            .onThread { setup in
                {
                    timed {
                        for _ in 0..<setup.count { DispatchQueue.concurrentPerform(iterations: 2) { _ in } }
                    } / Double(setup.count)
                }
            }
        ),
        Contender(
            "w2-idle",
            name,
            .onThread { _ in { afterIdling { DispatchQueue.concurrentPerform(iterations: 2) { _ in } } } }
        ),
        Contender(
            "w3",
            name,
            .onThread { _ in { timed { DispatchQueue.concurrentPerform(iterations: 2) { _ in } } } }
        ),
        Contender(
            "w4",
            name,
            .onThread { setup in
                let summands = Summands(count: setup.count)
                return {
                    var sums: [Double] = []
                    let seconds = timed { sums = Self.results(8) { _ in summands.sum() } }
                    try summands.check(sums)
                    return seconds
                }
            }
        ),
        Contender(
            "w5",
            name,
            .onThread { setup in
                {
                    var results: [[Double]] = []
                    let seconds = timed { results = Self.results(8) { bigResult($0, count: setup.count) } }
                    try checkBigResults(results)
                    return seconds
                }
            }
        ),
        Contender(
            "w6",
            name,
            .onThread { setup in
                let durations = skewedDurations(count: setup.count)
                return {
                    timed { DispatchQueue.concurrentPerform(iterations: setup.count) { work_spin(durations[$0]) } }
                }
            }
        ),
        Contender(
            "w7",
            name,
            .onThread { setup in
                {
                    var errors: [Double] = []
                    let task = { @Sendable (seed: Int) in work_convolution_error(setup.count, UInt64(seed)) }
                    let seconds = timed {
                        // One worker is a loop: Dispatch would take all CPUs.
                        errors = setup.workers == 1 ? (0..<8).map(task) : Self.results(8, task)
                    }
                    try checkConvolutions(errors)
                    return seconds
                }
            }
        ),
        Contender(
            "w8",
            name,
            .onThread { setup in
                {
                    var rows: [[Double]] = []
                    let seconds = timed {
                        for _ in 0..<setup.count {
                            rows = Self.results(20) { _ in Self.results(100) { work_square_root(UInt64($0)) } }
                        }
                    }
                    try checkNested(rows)
                    return seconds / Double(setup.count)
                }
            }
        ),
    ]

    /// Fills an array that is there already.
    private static func roots(_ setup: Contender.Setup, chunks: Int, units: Int) -> () throws -> Double {
        var roots = Roots(count: setup.count)
        return {
            roots.spoil()
            let seconds = timed { roots.values.withUnsafeMutableBufferPointer { Self.fill($0, chunks: chunks) } }
            try roots.check()
            return seconds / Double(units)
        }
    }

    private static func fill(_ buffer: UnsafeMutableBufferPointer<Double>, chunks: Int) {
        let count = buffer.count
        // SAFETY: each iteration writes elements of its own.
        nonisolated(unsafe) let values = buffer
        DispatchQueue.concurrentPerform(iterations: chunks) { chunk in
            for index in chunk * count / chunks..<(chunk + 1) * count / chunks {
                values[index] = work_square_root(UInt64(index))
            }
        }
    }

    private static func array(_ count: Int, _ fill: (UnsafeMutableBufferPointer<Double>) -> Void) -> [Double] {
        [Double](unsafeUninitializedCapacity: count) { buffer, initializedCount in
            fill(UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
            initializedCount = count
        }
    }

    /// The results of the tasks, in order.
    private static func results<R>(_ count: Int, _ task: @Sendable (Int) -> R) -> [R] {
        [R](unsafeUninitializedCapacity: count) { buffer, initializedCount in
            // SAFETY: each iteration initialises an element of its own.
            nonisolated(unsafe) let results = buffer
            DispatchQueue.concurrentPerform(iterations: count) { index in
                results.initializeElement(at: index, to: task(index))
            }
            initializedCount = count
        }
    }
}
