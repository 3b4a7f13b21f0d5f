// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import JoblibCore

/// Which tasks of a batch have not ended: the same whether they are kept as a row or one by one.
struct ShippedEntriesTests {
    private static let entries = (3..<7).map { ShippingLedger.Entry(index: $0, attempt: 2, retries: 1) }
    private static let forms = [ShippedEntries(entries[0], count: 4), ShippedEntries(entries)]

    @Test("A row says what a list of the same tasks says", arguments: forms)
    func same(entries: ShippedEntries) {
        #expect(entries.all == Self.entries)
        #expect(entries.firstRow?.entry == Self.entries[0])
        #expect(entries.firstRow?.count == 4)
        #expect(entries.contains(6))
        #expect(!entries.contains(7))
        #expect(!entries.contains(2))
    }

    @Test("Tasks in a row are taken from the front alone, and in the attempt that they are at", arguments: forms)
    func rows(entries: ShippedEntries) {
        var entries = entries
        for (first, count, attempt) in [
            (3, 5, 2), (4, 2, 2), (3, 2, 1), (3, 0, 2), (3, -1, 2), (.min, 1, 2), (3, .max, 2),
        ] {
            let taken1 = entries.takeRow(first, count, attempt: attempt)
            #expect(!taken1)
        }
        #expect(entries.count == 4)
        let taken2 = entries.takeRow(3, 3, attempt: 2)
        #expect(taken2)
        #expect(entries.all == [Self.entries[3]])
        let taken3 = entries.takeRow(6, 1, attempt: 2)
        #expect(taken3)
        #expect(entries.isEmpty)
        #expect(entries.firstRow == nil)
    }

    @Test("A task is taken once, wherever it is, and put back in front", arguments: forms)
    func tasks(entries: ShippedEntries) {
        var entries = entries
        let taken4 = entries.take(3)
        #expect(taken4 == Self.entries[0])
        let taken5 = entries.take(3)
        #expect(taken5 == nil)
        let taken6 = entries.take(.min)
        #expect(taken6 == nil)
        let taken7 = entries.take(5)
        #expect(taken7 == Self.entries[2])
        #expect(entries.all.map(\.index) == [4, 6])
        let again = ShippingLedger.Entry(index: 5, attempt: 3, retries: 0)
        entries.putFirst(again)
        #expect(entries.all == [again, Self.entries[1], Self.entries[3]])
        // The next is at another attempt.
        #expect(entries.firstRow?.count == 1)
        let taken8 = entries.takeRow(5, 2, attempt: 3)
        #expect(!taken8)
    }
}
