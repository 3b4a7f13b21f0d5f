// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Work

/// An array that the contenders fill with roots; what a sample left out is found.
package struct Roots {
    package var values: [Double]

    package init(count: Int) { self.values = [Double](repeating: 0, count: count) }

    package mutating func spoil() {
        for index in stride(from: 0, to: self.values.count, by: 97) { self.values[index] = -1 }
    }

    package func check() throws { try Self.check(self.values) }

    package static func check(_ values: [Double]) throws {
        for index in values.indices where values[index] != Double(index) { throw WrongResult("not the root") }
    }
}

/// The array that eight tasks sum: 256 MB of small integers, whose sum is exact in any order.
package struct Summands: Sendable {
    package let values: [Double]

    package init(count: Int) { self.values = (0..<count).map { Double($0 % 8) } }

    package func sum() -> Double { Self.sum(self.values) }

    package static func sum(_ values: [Double]) -> Double {
        values.withUnsafeBufferPointer { work_sum($0.baseAddress, $0.count) }
    }

    package func check(_ sums: [Double]) throws {
        try require(sums.count == 8 && sums.allSatisfy { $0 == Double(self.values.count) * 3.5 }, "not the sum")
    }
}

package func skewedDurations(count: Int) -> [UInt64] {
    [UInt64](unsafeUninitializedCapacity: count) { buffer, initializedCount in
        work_skewed_durations(buffer.baseAddress, count)
        initializedCount = count
    }
}

package func bigResult(_ task: Int, count: Int) -> [Double] { [Double](repeating: Double(task + 1), count: count) }

package func checkBigResults(_ results: [[Double]]) throws {
    try require(
        results.count == 8 && results.indices.allSatisfy { results[$0].last == Double($0 + 1) },
        "not the array"
    )
}

package func checkConvolutions(_ errors: [Double]) throws {
    try require(errors.count == 8 && errors.allSatisfy { $0 < 1e-9 }, "not the convolution")
}

package func checkNested(_ rows: [[Double]]) throws {
    try require(rows.count == 20, "not every row")
    for row in rows { try Roots.check(row) }
}
