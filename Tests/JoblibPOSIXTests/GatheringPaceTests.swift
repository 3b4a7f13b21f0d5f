// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibPOSIX
import Testing

@Suite("How long things wait for each other")
struct GatheringPaceTests {
    /// The naps that are taken one after the other while the same happens in each.
    private func naps(_ count: Int, of ahead: Int, done: Int) -> [UInt64?] {
        var pace = GatheringPace()
        return (0..<count)
            .map { _ in
                let nap = pace.nap(of: ahead, workers: 1)
                if nap != nil { pace.note(isAnything: done > 0, rest: ahead - done) }
                return nap
            }
    }

    @Test("Whoever has little to do is not kept waiting")
    func little() {
        var pace = GatheringPace()
        #expect(pace.nap(of: 7, workers: 1) == nil)
        #expect(pace.nap(of: 8, workers: 1) == GatheringPace.shortest)
        #expect(pace.nap(of: 31, workers: 4) == nil)
        #expect(pace.nap(of: 32, workers: 4) == GatheringPace.shortest)
    }

    @Test("Naps grow to their longest while little of what there is gets done in one")
    func growth() {
        let naps = self.naps(20, of: 1000, done: 1).compactMap(\.self)
        #expect(naps.count == 20)
        #expect(naps.first == GatheringPace.shortest && naps.last == GatheringPace.longest)
        #expect(zip(naps, naps.dropFirst()).allSatisfy { $0 <= $1 })
    }

    @Test("They become shorter before workers have nothing left to do")
    func shrinking() {
        var pace = GatheringPace()
        for _ in 0..<20 {
            _ = pace.nap(of: 1000, workers: 1)
            pace.note(isAnything: true, rest: 999)
        }
        #expect(pace.nap(of: 1000, workers: 1) == GatheringPace.longest)
        for _ in 0..<20 {
            _ = pace.nap(of: 1000, workers: 1)
            pace.note(isAnything: true, rest: 500)
        }
        #expect(pace.nap(of: 1000, workers: 1) == GatheringPace.shortest)
    }

    @Test("After naps in vain it is better to be woken, and to try again then")
    func vain() {
        #expect(self.naps(6, of: 1000, done: 0).map { $0 != nil } == [true, true, false, true, true, false])
    }
}
