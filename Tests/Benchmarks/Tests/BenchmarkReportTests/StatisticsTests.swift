// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import BenchmarkReport
import Testing

struct StatisticsTests {
    @Test("The median of an even number of samples lies between the two in the middle")
    func evenMedian() { #expect(Statistics([4, 1, 3, 2])?.median == 2.5) }

    @Test("The minimum and the maximum do not depend on the order")
    func extremes() {
        #expect(Statistics([3, 1, 2])?.minimum == 1)
        #expect(Statistics([3, 1, 2])?.maximum == 3)
        #expect(Statistics([3, 1, 2])?.median == 2)
    }

    @Test("Without samples there is nothing to say")
    func none() { #expect(Statistics([]) == nil) }
}
