// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import JoblibPOSIX

@Suite struct FreedMemoryTests {
    private static let much = FreedMemory.leastByteCount
    private static let time = FreedMemory.keepingTime

    @Test func `Memory is given back that was free at two looks in a row`() {
        var freed = FreedMemory()
        var looks: [Bool] = []
        for step in 1...6 { looks.append(freed.isToBeReleased(now: UInt64(step) * Self.time) { Self.much }) }
        #expect(looks == [false, true, false, true, false, true])
    }

    @Test func `Memory that was in use in between stays`() {
        var freed = FreedMemory()
        let counts = [Self.much, 0, Self.much, Self.much - 1, Self.much, Self.much]
        let looks = counts.enumerated()
            .map { step, count in freed.isToBeReleased(now: UInt64(step + 1) * Self.time) { count } }
        #expect(looks == [false, false, false, false, false, true])
    }

    @Test func `It is counted no more often than it is kept`() {
        var freed = FreedMemory()
        var count = 0
        for step in 0..<1000 {
            _ = freed.isToBeReleased(now: Self.time + UInt64(step) * Self.time / 100) {
                count += 1
                return Self.much
            }
        }
        #expect(count == 10)
    }
}
