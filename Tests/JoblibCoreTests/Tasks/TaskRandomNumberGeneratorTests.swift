// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import JoblibCore

struct TaskRandomNumberGeneratorTests {
    /// Computed by an independent implementation: a seed published today must mean the same numbers in every version.
    @Test(
        "A seed means the same numbers for ever",
        arguments: [
            (
                0, 0,
                [0xE169_C58D_6627_E8D5, 0x9B00_DBD8_BC57_AC4C, 0x5CB2_00DB_F8E4_CCA4, 0x097E_FF67_B1A5_74EB]
            ),
            (
                42, 0,
                [0x77F5_493B_9CEA_F053, 0x5742_B3D7_12BF_50AD, 0x53BA_6CFD_FCDB_2127, 0x744E_06FB_838F_5A6E]
            ),
            (
                42, 1,
                [0x2051_E913_0293_3769, 0xB62C_409C_3B68_B038, 0xFDD2_1D94_20FF_9139, 0x39C6_BD08_1B0A_F4EC]
            ),
            (
                0x0123_4567_89AB_CDEF, (1 << 33) + 5,
                [0x3467_3FC7_F7CD_5F8A, 0x3D74_7964_4ADD_3487, 0x56EB_980A_0DD8_5E9E, 0xFF71_863C_C01A_EE70]
            ),
        ] as [(UInt64, Int, [UInt64])]
    )
    func fixedNumbers(seed: UInt64, index: Int, numbers: [UInt64]) {
        let generator = TaskRandomNumberGenerator(seed: seed, index: index)
        #expect((0..<4).map { _ in generator.next() } == numbers)
    }

    @Test("A second attempt gets the numbers of the first")
    func retry() {
        let first = TaskRandomNumberGenerator(seed: 7, index: 3)
        let second = TaskRandomNumberGenerator(seed: 7, index: 3)
        _ = first.next()
        let rest = (0..<100).map { _ in first.next() }
        #expect((0..<101).map { _ in second.next() }.dropFirst().elementsEqual(rest))
    }

    @Test("Both halves of the seed and of the index count")
    func distinctStreams() {
        let bits = (0..<63).map { 1 << $0 }
        let seeds = ([0] + bits).map { TaskRandomNumberGenerator(seed: UInt64($0), index: 0).next() }
        let indices = bits.map { TaskRandomNumberGenerator(seed: 0, index: $0).next() }
        #expect(Set(seeds + indices).count == 127)
    }

    @Test("Bytes are uniform", arguments: [0, 1, 0xFFFF_FFFF_FFFF_FFFF] as [UInt64])
    func uniformity(seed: UInt64) {
        var counts = [Int](repeating: 0, count: 256)
        let generator = TaskRandomNumberGenerator(seed: seed, index: 12)
        let draws = 32_000
        for _ in 0..<draws {
            var number = generator.next()
            for _ in 0..<8 {
                counts[Int(number & 0xFF)] += 1
                number >>= 8
            }
        }
        #expect(chiSquared(counts) < 341)  // 255 degrees of freedom: exceeded once in 4,000 seeds; these are fixed.
    }

    @Test("Neighbouring tasks are independent")
    func independence() {
        // How many of 64 bits differ: binomial for independent numbers, with mean 32 and variance 16.
        let tasks = 2_000
        let numbers = (0...tasks).map { TaskRandomNumberGenerator(seed: 1, index: $0).next() }
        let distances = zip(numbers, numbers.dropFirst()).map { ($0 ^ $1).nonzeroBitCount }
        let mean = Double(distances.reduce(0, +)) / Double(tasks)
        let variance = distances.map { (Double($0) - mean) * (Double($0) - mean) }.reduce(0, +) / Double(tasks)
        #expect(abs(mean - 32) < 4 * 4 / Double(tasks).squareRoot())
        #expect(abs(variance - 16) < 4 * 16 * (2 / Double(tasks)).squareRoot())

        // The first numbers of many tasks, as a program with one draw for each task sees them.
        var counts = [Int](repeating: 0, count: 256)
        for number in numbers.dropLast() {
            counts[Int(number >> 56)] += 1
        }
        #expect(chiSquared(counts) < 341)
    }

    @Test("The standard library's randomness accepts it")
    func standardLibrary() {
        func roll() -> ([Int], [Int], Double) {
            var generator = TaskRandomNumberGenerator(seed: 5, index: 8)
            let dice = (0..<20).map { _ in Int.random(in: 1...6, using: &generator) }
            return (dice, (0..<20).shuffled(using: &generator), Double.random(in: 0..<1, using: &generator))
        }
        let (dice, shuffled, fraction) = roll()
        #expect(dice.allSatisfy { (1...6).contains($0) })
        #expect(shuffled.sorted() == Array(0..<20))
        #expect((0..<1).contains(fraction))
        #expect(roll() == (dice, shuffled, fraction))
    }

    @Test("Another name for it is not a copy")
    func sharing() {
        let alone = TaskRandomNumberGenerator(seed: 5, index: 8)
        let generator = TaskRandomNumberGenerator(seed: 5, index: 8)
        var name = generator
        let bounds: ClosedRange<UInt64> = .min ... .max
        #expect(UInt64.random(in: bounds, using: &name) == alone.next())
        #expect(generator.next() == alone.next())
    }

    @Test("Readers at the same time share the numbers and never get the same one", .timeLimit(.minutes(1)))
    func concurrentReaders() async {
        let generator = TaskRandomNumberGenerator(seed: 99, index: 0)
        let readers = 8
        let draws = 5_000
        let drawn = await withTaskGroup(of: [UInt64].self) { group in
            for _ in 0..<readers {
                group.addTask { (0..<draws).map { _ in generator.next() } }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        let alone = TaskRandomNumberGenerator(seed: 99, index: 0)
        #expect(drawn.sorted() == (0..<readers * draws).map { _ in alone.next() }.sorted())
        #expect(Set(drawn).count == readers * draws)
    }
}

private func chiSquared(_ counts: [Int]) -> Double {
    let expected = Double(counts.reduce(0, +)) / Double(counts.count)
    return counts.map { (Double($0) - expected) * (Double($0) - expected) / expected }.reduce(0, +)
}
