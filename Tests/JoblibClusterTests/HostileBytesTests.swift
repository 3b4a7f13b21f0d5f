// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import ClusterFuzzing
import Testing

@Suite("What the fuzzer begins with")
struct HostileBytesTests {
    @Test(
        "62, S16, S17, S18: whatever comes, it ends well, and becomes no more than it was",
        arguments: ClusterFuzzTarget.all.indices
    )
    func seeds(_ index: Int) {
        let target = ClusterFuzzTarget.all[index]
        #expect(target.seeds.count >= 10, "\(target.name)")
        for seed in target.seeds {
            target.examine(seed[...])
            for other in ClusterFuzzTarget.all { other.examine(seed[...]) }
            // Cut off at each byte: row 62.
            for count in seed.indices { target.examine(seed[..<count]) }
            // With one bit another, at as many places as there is time for.
            for place in stride(from: 0, to: seed.count, by: 1 + seed.count / 32) {
                var damaged = seed
                damaged[place] ^= UInt8(1 << (place % 8))
                target.examine(damaged[...])
            }
        }
    }
}
