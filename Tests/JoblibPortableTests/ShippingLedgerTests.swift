// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import JoblibCore

@Suite("When a call has lost hope")
struct ShippingLedgerTests {
    @Test("Batches that are lost together are one loss, however many there were")
    func together() {
        var ledger = ShippingLedger()
        let round = ledger.lossRound
        for _ in 0..<1000 { ledger.noteLoss(sentIn: round) }
        #expect(!ledger.isHopeless)
    }

    @Test("One loss after the other of what was sent meanwhile is too much at the sixteenth, unless a task ends")
    func again() {
        var ledger = ShippingLedger()
        for _ in 0..<15 {
            let round = ledger.lossRound
            // Of several workers.
            for _ in 0..<4 { ledger.noteLoss(sentIn: round) }
        }
        #expect(!ledger.isHopeless)
        var other = ledger
        other.noteProgress()
        ledger.noteLoss(sentIn: ledger.lossRound)
        other.noteLoss(sentIn: other.lossRound)
        #expect(ledger.isHopeless && !other.isHopeless)
    }
}
