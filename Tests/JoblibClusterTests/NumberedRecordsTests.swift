// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import ClusterSimulation
import Testing

@testable import JoblibCluster

@Suite("Records by their numbers")
struct NumberedRecordsTests {
    private final class Thing {}

    @Test("are what a dictionary has", arguments: 1...5 as ClosedRange<UInt64>)
    func dictionary(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var records = NumberedRecords<Int>()
        var dictionary: [UInt64: Int] = [:]
        for step in 0..<2000 {
            let number = random.number(in: 0...40)
            if random.number(in: 0...2) == 0 {
                let (one, other) = (records.remove(number), dictionary.removeValue(forKey: number))
                #expect(one == other)
            } else {
                records[number] = step
                dictionary[number] = step
            }
            #expect(records.numbers == dictionary.keys.sorted())
            #expect((0...41).allSatisfy { records[$0] == dictionary[$0] })
            #expect((0...41).allSatisfy { records.contains($0) == (dictionary[$0] != nil) })
        }
    }

    @Test("are let go of when they are taken out")
    func release() {
        var records = NumberedRecords<Thing>()
        weak var thing: Thing?
        do {
            let new = Thing()
            thing = new
            records[7] = new
        }
        #expect(thing != nil)
        records.remove(7)
        let isGone = records.remove(7) == nil
        #expect(thing == nil && isGone)
    }
}
