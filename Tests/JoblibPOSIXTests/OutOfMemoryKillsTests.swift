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
            taken.append(claims.take(count: count, countAtStart: 5, now: UInt64(time) * Self.second))
        }
        #expect(taken == [false, true, false, true, true, false, true, true, false])
    }

    @Test("A kill from before a child was started is not its own, though it was seen just then")
    func before() {
        var claims = OutOfMemoryClaims(count: 5)
        claims.observe(count: 6, now: 100 * Self.second)
        let isTaken = claims.take(count: 6, countAtStart: 6, now: 100 * Self.second + 1)
        #expect(!isTaken)
    }

    @Test(
        "A kill that was seen while a child was at work is not its own when that dies later, but is that of one found dead soon"
    )
    func observed() {
        var claims = OutOfMemoryClaims(count: 5)
        claims.observe(count: 6, now: 100 * Self.second)
        let isTaken = claims.take(count: 6, countAtStart: 5, now: 102 * Self.second)
        #expect(!isTaken)
        // Somebody else is started between the kill and the time at which its victim is found dead.
        claims.observe(count: 7, now: 110 * Self.second)
        let (isTakenSoon, isTakenTwice) = (
            claims.take(count: 7, countAtStart: 5, now: 110 * Self.second + 1000),
            claims.take(count: 7, countAtStart: 5, now: 110 * Self.second + 2000)
        )
        #expect(isTakenSoon && !isTakenTwice)
    }
}
