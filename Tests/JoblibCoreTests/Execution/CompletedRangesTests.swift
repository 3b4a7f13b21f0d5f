// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import JoblibCore

struct CompletedRangesTests {
    @Test(
        "Ranges are kept, and neighbours joined",
        arguments: [
            ([], []), ([0..<0], []), ([0..<2], [0..<2]), ([0..<2, 2..<5], [0..<5]), ([2..<5, 0..<2], [0..<5]),
            ([0..<1, 3..<4], [0..<1, 3..<4]), ([0..<1, 3..<4, 4..<6], [0..<1, 3..<6]),
            ([5..<6, 0..<1, 1..<2], [0..<2, 5..<6]),
        ] as [([Range<Int>], [Range<Int>])]
    )
    func adding(ranges: [Range<Int>], expected: [Range<Int>]) {
        var completed = CompletedRanges()
        for range in ranges { completed.add(range) }
        #expect(completed.all.sorted { $0.lowerBound < $1.lowerBound } == expected)
        #expect(completed.count == expected.reduce(0) { $0 + $1.count })

        var sum = CompletedRanges()
        sum.add(completed)
        #expect(sum.count == completed.count)
    }
}
