// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import ClusterSimulation
import Testing

@testable import JoblibCluster

@Suite("How full grants are")
struct GrantLoadsTests {
    /// Grants of one worker each, whose loads are then their batches.
    @Test(
        "The emptiest and the fullest are those, however many batches each may have",
        arguments: [1, 3, 64, 256, 1000]
    )
    func extremes(batchesAhead: Int) throws {
        var random = SplitMix64(seed: UInt64(batchesAhead))
        var loads = GrantLoads(batchesAhead: batchesAhead)
        let places = (0..<5).map { loads.insert($0) }
        var batches = Array(repeating: 0, count: 5)
        for _ in 0..<2000 {
            let grant = Int(random.number(in: 0...4))
            batches[grant] = Int(random.number(in: 0...UInt64(batchesAhead)))
            loads.update(places[grant], batches: batches[grant], workers: 1)
            let least = try #require(batches.min())
            if least < batchesAhead {
                #expect(loads.emptiest.map { batches[$0] } == least)
            } else {
                #expect(loads.emptiest == nil)
            }
            let fullest = loads.takeFullest()
            #expect(fullest.map { batches[$0] } == batches.max())
            #expect(loads.hasIdleWorkers == batches.contains(0))
        }
        for place in places { loads.remove(place) }
        let fullest = loads.takeFullest()
        #expect(fullest == nil && loads.emptiest == nil && !loads.hasIdleWorkers)
    }
}
