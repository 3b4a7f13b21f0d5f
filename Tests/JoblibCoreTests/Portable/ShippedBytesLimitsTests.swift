// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import JoblibCore

@Suite("The limits of what is sent ahead")
struct ShippedBytesLimitsTests {
    @Test(
        "One is always sent, one for each worker while there is memory, and more while they are few bytes",
        arguments: [
            (99, 50, true), (100, 7, true), (100, 8, false), (999, 7, true), (1000, 7, false), (1000, 1, false),
            (1_000_000, 0, true),
        ]
    )
    func limits(byteCount: Int, batches: Int, mayBeSent: Bool) {
        let limits = ShippedBytes.Limits(ahead: 100)
        #expect(limits.allow(byteCount, batches: batches, workers: 8) { 1000 } == mayBeSent)
    }

    @Test("Where there is next to no memory, what may be ahead is still sent")
    func noMemory() {
        let limits = ShippedBytes.Limits(ahead: 100)
        #expect(limits.allow(99, batches: 50, workers: 8) { 0 })
        #expect(!limits.allow(100, batches: 1, workers: 8) { 0 })
    }
}
