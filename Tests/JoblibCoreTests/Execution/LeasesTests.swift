// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Synchronization
import Testing

@testable import JoblibCore

struct LeasesTests {
    @Test("A lease is one word", arguments: [0..<0, 0..<1, 7..<9, 0..<Int(UInt32.max), 4_294_967_290..<4_294_967_295])
    func word(positions: Range<Int>) {
        let lease = Lease(positions)
        #expect(Lease(word: lease.word) == lease)
        #expect(lease.count == positions.count)
        #expect(lease.isEmpty == positions.isEmpty)
    }

    @Test("The owner takes from the front, a thief from the back")
    func ends() {
        var lease = Lease(10..<20)
        #expect(lease.takeFirst(3) == 10..<13)
        #expect(lease.takeLast(4) == 16..<20)
        #expect(lease.takeFirst(100) == 13..<16)
        #expect(lease.isEmpty)
    }

    @Test("Positions are given out in order, and all of them", arguments: [0, 1, 9, .max])
    func positions(count: Int) {
        let leases = Leases(count: count, workers: 1)
        let hasSome = leases.hasSome
        #expect(hasSome == (count > 0))
        let some = leases.take { min($0, 2) }
        #expect(some == (count > 0 ? 0..<min(2, count) : nil))
        let rest = leases.take { $0 }
        #expect(rest == (count > 2 ? 2..<count : nil))
        let isUsedUp = !leases.hasSome
        #expect(isUsedUp)
    }

    @Test("Half of what another has on lease is stolen, down to the last position")
    func stealing() {
        let leases = Leases(count: 100, workers: 3)
        let all = leases.take { $0 }
        #expect(all == 0..<100)
        let isEmpty = !leases.hasSome
        #expect(isEmpty)
        leases.put(0..<100, into: 1)
        let hasSome = leases.hasSome
        #expect(hasSome)
        let none = leases.claim(from: 0) { _ in 1 }
        #expect(none == nil)
        let half = leases.steal(for: 0)
        #expect(half == 50..<100)
        let own = leases.claim(from: 1) { _ in 48 }
        #expect(own == 0..<48)
        let rest = (0..<3).map { _ in leases.steal(for: 2, atMost: 1) }
        #expect(rest == [49..<50, 48..<49, nil])
        let isUsedUp = !leases.hasSome
        #expect(isUsedUp)
    }

    @Test(
        "Few positions are not leased, and more workers than slots do without",
        arguments: [(4, 2, 0), (8, 2, 2), (9000, 1000, 256)]
    )
    func slots(count: Int, workers: Int, slots: Int) {
        let slotCount = Leases(count: count, workers: workers).slotCount
        #expect(slotCount == slots)
    }

    @Test(
        "Every position is claimed once, by whatever way",
        .timeLimit(.minutes(1)),
        arguments: [1, 2, 16],
        [nil, 1, 3] as [Int?]
    )
    func everyPositionOnce(workers: Int, batchSize: Int?) throws {
        let count = 20_000
        let claims = Mutex([Int](repeating: 0, count: count))
        try Parallel(nJobs: workers, batchSize: batchSize.map { BatchSize($0) } ?? .auto)
            .forEach(0..<count) { index in
                claims.withLock { $0[index] += 1 }
            }
        let areAllOnce = claims.withLock { $0.allSatisfy { $0 == 1 } }
        #expect(areAllOnce)
    }
}

struct LeasePolicyTests {
    private static func policy(count: Int, workers: Int) -> LeasePolicy {
        LeasePolicy(Partition(count: count, workers: workers, batchSize: nil))
    }

    @Test(
        "Parts without a lease cover everything and never grow",
        arguments: [0, 1, 2, 7, 100, 12_345],
        [1, 2, 3, 64, 1000]
    )
    func unleased(count: Int, workers: Int) {
        let policy = Self.policy(count: count, workers: workers)
        var remaining = count
        var sizes: [Int] = []
        while remaining > 0 {
            sizes.append(policy.claim(ofUnleased: remaining))
            remaining -= sizes[sizes.count - 1]
        }
        #expect(remaining == 0)
        #expect(sizes.allSatisfy { $0 >= 1 })
        #expect(zip(sizes, sizes.dropFirst()).allSatisfy(>=))
        // The last round is single tasks, so that all workers end together.
        #expect(sizes.last ?? 1 == 1)
    }

    @Test("A share is leased, of which most can still be stolen", arguments: [2, 10, 64, 1000, 1_000_000])
    func leased(count: Int) {
        let policy = Self.policy(count: count, workers: 2)
        #expect(policy.lease(of: count) == count / 2)
        #expect(policy.claim(of: count) <= max(1, count / 2))
    }

    @Test("Any number of workers cuts into single tasks at worst")
    func hugeWorkers() {
        let policy = Self.policy(count: 9, workers: .max)
        #expect(policy.claim(ofUnleased: 9) == 1)
        #expect(policy.lease(of: 9) == 1)
    }

    @Test("What takes next to no time is claimed at once, anything else is not")
    func negligible() {
        var policy = Self.policy(count: 1000, workers: 2)
        policy.willClaim(now: 0, ticksPerMicrosecond: 1000)
        policy.didClaim(100)
        policy.willClaim(now: 1000, ticksPerMicrosecond: 1000)
        #expect(policy.claim(of: 300) == 300)
        #expect(policy.claim(of: 1000) == 400)
        #expect(policy.lease(of: 300) == 300)
        policy.didClaim(10)
        policy.willClaim(now: 10_000, ticksPerMicrosecond: 1000)
        #expect(policy.claim(of: 300) == 75)
        #expect(policy.lease(of: 300) == 150)
    }
}
