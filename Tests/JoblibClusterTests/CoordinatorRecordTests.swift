// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import JoblibCluster

@Suite("What a coordinator keeps")
struct CoordinatorRecordTests {
    @Test("is as small as a core's cache wants it that has room for thousands of hosts")
    func sizes() {
        #expect(MemoryLayout<BatchRecord>.stride <= 48)
        #expect(MemoryLayout<GrantRecord>.stride <= 56)
    }

    @Test("and so is what it is told and what it wants done for each task")
    func events() {
        #expect(MemoryLayout<CoordinatorEvent>.stride <= 32)
        #expect(MemoryLayout<CoordinatorEffect>.stride <= 40)
    }

    @Test("in indices of four bytes, or none", arguments: [nil, 0, 1, 1 << 31 - 1] as [Int?])
    func indices(index: Int?) {
        var compact = CompactIndex(wrappedValue: index)
        #expect(compact.wrappedValue == index)
        compact.wrappedValue = nil
        #expect(compact.wrappedValue == nil)
        compact.wrappedValue = index
        #expect(compact.wrappedValue == index)
    }

    @Test("Second leases are found by their batches and by their grants, until they end")
    func secondLeases() {
        var leases = SecondLeases()
        for batch in [5, 3, 4] { leases.insert(BatchLease(grant: batch % 2, since: 7), of: batch) }
        #expect(leases.batches(of: 1) == [5, 3] && leases.batches(of: 0) == [4] && leases.batches(of: 2).isEmpty)
        #expect(leases[3]?.grant == 1 && leases[6] == nil)
        #expect(leases.remove(5)?.since == 7)
        #expect(leases.remove(5) == nil && leases[5] == nil)
        #expect(leases.batches(of: 1) == [3])
        leases.remove(4)
        #expect(leases.batches(of: 0).isEmpty)
    }
}
