// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import joblib_speedup

@Suite("Convolution")
struct ConvolutionTests {
    /// The definition, one product at a time.
    private static func reference(_ first: [Double], _ second: [Double]) -> [Double] {
        var result = [Double](repeating: 0, count: first.count + second.count - 1)
        for (i, a) in first.enumerated() {
            for (j, b) in second.enumerated() { result[i + j] += a * b }
        }
        return result
    }

    @Test("The result is that of the definition", arguments: [1, 2, 15, 16, 17, 40], [1, 3, 16, 33])
    func definition(firstCount: Int, secondCount: Int) throws {
        // Whole numbers: their sums are exact in any order.
        let first = (0..<firstCount).map { Double($0 * 7 % 11 - 5) }
        let second = (0..<secondCount).map { Double($0 * 5 % 13 - 6) }
        let convolution = Convolution(first, second)
        #expect(try convolution() == Self.reference(first, second))
        #expect(try convolution().reduce(0, +) == convolution.expectedSum)
    }

    @Test("A cancelled convolution stops before its first product")
    func cancellation() {
        #expect(throws: CancellationError.self) { try Convolution([1], [1])(isCancelled: { true }) }
    }

    @Test("A long convolution asks again and again whether it is cancelled")
    func polling() {
        var polls = 0
        #expect(throws: CancellationError.self) {
            try Convolution([Double](repeating: 1, count: 100_000), [Double](repeating: 1, count: 100_000))(
                isCancelled: {
                    polls += 1
                    return polls == 3
                }
            )
        }
        #expect(polls == 3)
    }

    @Test("The random numbers are those of the published generator, in every run")
    func generator() {
        var generator = SplitMix64(seed: 1_234_567)
        #expect(generator.next() == 6_457_827_717_110_365_317)
        #expect(generator.next() == 3_203_168_211_198_807_973)
    }
}
