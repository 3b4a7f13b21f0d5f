// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import ClusterSimulation
import Testing

@testable import JoblibCluster

@Suite("A table of numbers", .timeLimit(.minutes(1)))
struct NumberTableTests {
    /// A table and a dictionary to which the same happens.
    private struct Pair {
        var table = NumberTable()
        var dictionary: [UInt64: Int] = [:]

        mutating func set(_ number: UInt64, _ index: Int?) {
            self.table[number] = index
            self.dictionary[number] = index
        }

        /// Whether both have the same, and only that.
        func isEqual(among numbers: some Sequence<UInt64>) -> Bool {
            self.table.count == self.dictionary.count
                && self.table.sorted.elementsEqual(self.dictionary.sorted { $0.key < $1.key }) {
                    $0 == ($1.key, $1.value)
                }
                && numbers.allSatisfy { self.table[$0] == self.dictionary[$0] }
        }
    }

    @Test("is what a dictionary is, for few numbers that come and go", arguments: 1...5 as ClosedRange<UInt64>)
    func few(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var pair = Pair()
        for step in 0..<1000 {
            pair.set(random.number(in: 0...40), random.number(in: 0...1) == 0 ? step : nil)
            guard pair.isEqual(among: 0...41) else { return #expect(Bool(false), "they differ after step \(step)") }
        }
    }

    @Test("for numbers that are given out in turn, and some of which stay", arguments: [0, 1 << 40] as [UInt64])
    func window(start: UInt64) {
        var random = SplitMix64(seed: start)
        var pair = Pair()
        var live: [UInt64] = []
        for number in start..<start + 20_000 {
            pair.set(number, Int(number - start))
            live.append(number)
            guard live.count > 300 else { continue }
            let ended = live.remove(at: Int(random.number(in: 0...250)))
            pair.set(ended, nil)
        }
        #expect(pair.isEqual(among: start..<start + 20_100))
        for number in live { pair.set(number, nil) }
        #expect(pair.table.count == 0 && pair.isEqual(among: start..<start + 20_100))
    }

    @Test("and for any others", arguments: 1...5 as ClosedRange<UInt64>)
    func any(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var pair = Pair()
        // Whatever they have in common: low bits, high bits, or nothing.
        let numbers = (0..<3000).map { _ in random.next() << random.number(in: 0...63) } + [0, .max]
        for (index, number) in numbers.enumerated() { pair.set(number, index) }
        #expect(pair.isEqual(among: numbers))
        for number in numbers where random.number(in: 0...2) > 0 { pair.set(number, nil) }
        #expect(pair.isEqual(among: numbers))
    }
}
