// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import JoblibPOSIX

struct OutOfMemoryKillsTests {
    private static let second: UInt64 = 1_000_000_000

    @Test("A kill is taken for one death, and not for one that comes much later")
    func claims() {
        var claims = OutOfMemoryClaims(count: 5)
        var taken: [Bool] = []
        for (count, time) in [
            (5, 100), (6, 101), (6, 101), (8, 110), (8, 110), (8, 110), (9, 120), (11, 130), (11, 132),
        ] {
            taken.append(claims.take(count: count, now: UInt64(time) * Self.second))
        }
        #expect(taken == [false, true, false, true, true, false, true, true, false])
    }
}
