// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import JoblibCore

struct WorkerIndicesTests {
    @Test("Numbers are given out from 0 up")
    func ascending() {
        var indices = WorkerIndices()
        #expect((0..<5).map { _ in indices.take() } == [0, 1, 2, 3, 4])
    }

    @Test("The smallest free number is given out first")
    func smallestFirst() {
        var indices = WorkerIndices()
        for _ in 0..<5 { _ = indices.take() }
        for index in [3, 0, 2] { indices.give(index) }
        #expect((0..<4).map { _ in indices.take() } == [0, 2, 3, 5])
    }

    @Test("No two workers have the same number, and none is above their number", arguments: 1...10)
    func unique(seed: Int) {
        var random = SplitMix64(seed: UInt64(seed))
        var indices = WorkerIndices()
        var taken: Set<Int> = []
        for _ in 0..<500 {
            if taken.count < 8, Bool.random(using: &random) {
                #expect(taken.insert(indices.take()).inserted)
            } else if let index = taken.sorted().randomElement(using: &random) {
                taken.remove(index)
                indices.give(index)
            }
            #expect(taken.allSatisfy { (0..<8).contains($0) })
        }
    }
}
