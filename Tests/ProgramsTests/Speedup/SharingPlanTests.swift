// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import joblib_speedup

@Suite("The plan of the experiment with one array")
struct SharingPlanTests {
    private static let backends = ["threading", "multiprocessing", "loky"]
    private static let gigabyte = 1 << 30

    private func plan(_ sizes: [Int], gigabytes: Int) -> SharingPlan {
        SharingPlan(
            sizes: sizes,
            backends: Self.backends,
            conditions: SharingTimesTests.conditions,
            availableBytes: gigabytes * Self.gigabyte
        )
    }

    @Test("Every size is measured on every backend in every way")
    func steps() {
        let steps = self.plan([8, 64], gigabytes: 100).steps
        #expect(steps.count == 2 * 3 * Sharing.allCases.count)
        #expect(Set(steps.map { "\($0.size) \($0.backend) \($0.sharing)" }).count == steps.count)
        #expect(steps.allSatisfy { !$0.isSkipped })
    }

    @Test("What may take more than half of the memory is left out, and nothing else")
    func skipping() {
        // A copy for each of 8 tasks, in several stages, is beyond 2 GB; one for each of 2 workers is not.
        let skipped = self.plan([256], gigabytes: 4).steps.filter(\.isSkipped)
        #expect(skipped.map(\.backend) == ["loky"])
        #expect(skipped.map(\.sharing) == [.off])
        #expect(skipped.allSatisfy { $0.neededBytes > 2 * Self.gigabyte })
        #expect(self.plan([256], gigabytes: 0).steps.allSatisfy { $0.isSkipped })
    }

    @Test("Without --sizes the array is the largest that leaves nothing out", arguments: [(100, 256), (4, 64), (0, 8)])
    func defaultSize(gigabytes: Int, size: Int) {
        let chosen = SharingPlan.defaultSize(
            backends: Self.backends,
            conditions: SharingTimesTests.conditions,
            availableBytes: gigabytes * Self.gigabyte
        )
        #expect(chosen == size)
        #expect(gigabytes == 0 || self.plan([size], gigabytes: gigabytes).steps.allSatisfy { !$0.isSkipped })
    }

    @Test("A sum is known without adding up", arguments: [1, 2, 1_023, 1_024, 1_025, 5_000])
    func sums(count: Int) throws {
        let numbers = ArraySum.numbers(count: count)
        #expect(numbers.count == count)
        #expect(numbers.reduce(0, +) == ArraySum.expectedSum(count: count))
        #expect(try ArraySum(numbers: .array(numbers)).run() == ArraySum.expectedSum(count: count))
    }
}
