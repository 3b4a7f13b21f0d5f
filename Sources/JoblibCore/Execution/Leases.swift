// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Synchronization

/// The positions of a loop that nobody has claimed: in one place that all share, and on lease to single workers.
///
/// A worker leases many positions at once and claims them bit by bit from a word of its own, which no other processor
/// touches meanwhile; a counter that all claim from travels between processors for each claim. Who finds nothing left
/// steals half of what another has on lease. See the README beside this file.
@safe
struct Leases: ~Copyable {
    /// How many positions there are.
    let count: Int

    /// How many workers can have a lease; those with numbers beyond take what they run at once.
    let slotCount: Int

    /// Units from here on have never been leased.
    private let next = Atomic<Int>(0)

    // SAFETY: allocated in init, freed in deinit, and touched only through atomics in between. 16 words apart, two cache
    // lines, since processors fetch them in pairs.
    private let slots: UnsafeMutablePointer<Atomic<UInt64>>
    private static let stride = 16

    // Beyond this there are so many that whoever takes a little at a time has always enough.
    private static let mostSlots = 256

    /// Makes leases of the positions 0 ..< count.
    ///
    /// - Parameters:
    ///   - count: How many positions.
    ///   - workers: How many may come.
    init(count: Int, workers: Int) {
        self.count = count
        // With few positions there is nothing to lease. More than 32 bits hold are claimed from the counter.
        let leases = self.count / 2 > workers && self.count <= UInt32.max && workers > 1
        self.slotCount = leases ? min(workers, Self.mostSlots) : 0
        unsafe self.slots = .allocate(capacity: max(1, self.slotCount * Self.stride))
        for slot in 0..<self.slotCount { unsafe (self.slots + slot * Self.stride).initialize(to: Atomic(0)) }
    }

    deinit {
        for slot in 0..<self.slotCount { unsafe (self.slots + slot * Self.stride).deinitialize(count: 1) }
        unsafe self.slots.deallocate()
    }

    // MARK: - Claims

    /// Whether nobody has claimed some positions.
    var hasSome: Bool {
        if self.next.load(ordering: .relaxed) < self.count { return true }
        return (0..<self.slotCount).contains { !Lease(word: self.word($0)).isEmpty }
    }

    /// Takes positions that have never been leased.
    ///
    /// - Parameter size: How many, given how many are left.
    /// - Returns: The positions; `nil` when there are none.
    func take(_ size: (_ remaining: Int) -> Int) -> Range<Int>? {
        // Relaxed, here and below: positions are all that two workers have to agree on. What the caller wrote before is
        // published by the gate, what a worker writes by its leaving.
        var start = self.next.load(ordering: .relaxed)
        while start < self.count {
            let end = start + min(size(self.count - start), self.count - start)
            let (exchanged, original) = self.next.weakCompareExchange(expected: start, desired: end, ordering: .relaxed)
            if exchanged { return start..<end }
            start = original
        }
        return nil
    }

    /// Leases positions to the worker of a slot that has none.
    func put(_ positions: Range<Int>, into slot: Int) {
        unsafe self.slots[slot * Self.stride].store(Lease(positions).word, ordering: .relaxed)
    }

    /// Claims positions from the front of the worker's own lease.
    ///
    /// - Parameters:
    ///   - slot: The worker's.
    ///   - size: How many, given how many there are.
    /// - Returns: The positions; `nil` when there are none.
    func claim(from slot: Int, _ size: (_ remaining: Int) -> Int) -> Range<Int>? {
        self.exchange(slot) { lease in lease.takeFirst(size(lease.count)) }
    }

    /// Takes half of what another worker has on lease, from the back.
    ///
    /// - Parameters:
    ///   - thief: Whose neighbours are asked first.
    ///   - most: How many at most.
    /// - Returns: The positions; `nil` when there are none.
    func steal(for thief: Int, atMost most: Int = .max) -> Range<Int>? {
        for step in 1...max(self.slotCount, 1) where self.slotCount > 0 {
            let slot = (thief + step) % self.slotCount
            if let positions = self.exchange(slot, { lease in lease.takeLast(min((lease.count + 1) / 2, most)) }) {
                return positions
            }
        }
        return nil
    }

    private func exchange(_ slot: Int, _ take: (inout Lease) -> Range<Int>) -> Range<Int>? {
        var seen = self.word(slot)
        while true {
            var lease = Lease(word: seen)
            guard !lease.isEmpty else { return nil }
            let positions = take(&lease)
            // A word says all there is to know of a lease, so one that has become the same again is the same.
            let (exchanged, original) = unsafe self.slots[slot * Self.stride]
                .weakCompareExchange(expected: seen, desired: lease.word, ordering: .relaxed)
            if exchanged { return positions }
            seen = original
        }
    }

    private func word(_ slot: Int) -> UInt64 {
        unsafe self.slots[slot * Self.stride].load(ordering: .relaxed)
    }
}

/// Consecutive positions in one word.
struct Lease: Equatable {
    private var first: UInt32
    private var end: UInt32

    init(_ positions: Range<Int>) {
        self.first = UInt32(positions.lowerBound)
        self.end = UInt32(positions.upperBound)
    }

    init(word: UInt64) {
        self.first = UInt32(truncatingIfNeeded: word)
        self.end = UInt32(truncatingIfNeeded: word >> 32)
    }

    var word: UInt64 { UInt64(self.end) << 32 | UInt64(self.first) }

    var count: Int { Int(self.end &- self.first) }

    var isEmpty: Bool { self.first == self.end }

    mutating func takeFirst(_ count: Int) -> Range<Int> {
        let start = Int(self.first)
        self.first &+= UInt32(truncatingIfNeeded: min(count, self.count))
        return start..<Int(self.first)
    }

    mutating func takeLast(_ count: Int) -> Range<Int> {
        let stop = Int(self.end)
        self.end &-= UInt32(truncatingIfNeeded: min(count, self.count))
        return Int(self.end)..<stop
    }
}
