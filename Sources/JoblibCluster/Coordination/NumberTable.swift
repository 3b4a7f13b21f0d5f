// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// The indices of records by their numbers: a hash table for numbers that this process gives out one after the other.
///
/// That is what makes it cheaper than a dictionary. Four numbers in a row are neighbours in memory, and rows of four are spread
/// evenly. Nobody else chooses a number that is in it: what comes from a host is only looked for, and finds at most the longest
/// row of places that are taken, which is short as long as half of the places are free.
struct NumberTable {
    private struct Entry {
        var number: UInt64 = 0

        /// A place without one is free.
        @CompactIndex var index: Int? = nil
    }

    private static let smallestCapacity = 16

    /// As many as a power of two.
    ///
    /// A number is at its home, or after it with no free place between.
    private var entries = Array(repeating: Entry(), count: Self.smallestCapacity)
    private(set) var count = 0

    subscript(number: UInt64) -> Int? {
        get { self.entries[self.place(of: number)].index }
        set {
            let place = self.place(of: number)
            if let newValue {
                self.set(newValue, for: number, at: place)
            } else if self.entries[place].index != nil {
                self.remove(at: place)
            }
        }
    }

    /// All of them, in the order of the numbers.
    var sorted: [(number: UInt64, index: Int)] {
        self.entries.compactMap { entry in entry.index.map { (entry.number, $0) } }.sorted { $0.number < $1.number }
    }

    // MARK: - Places

    private func home(of number: UInt64) -> Int {
        // Fibonacci hashing, whose best bits are the highest.
        let row = (number / 4 &* 0x9E37_79B9_7F4A_7C15) >> UInt64(self.entries.count.leadingZeroBitCount + 3)
        return Int(row * 4 + number % 4)
    }

    private func place(after place: Int) -> Int { (place + 1) & (self.entries.count - 1) }

    /// How far it is from one place to another, which comes after it.
    private func distance(from place: Int, to other: Int) -> Int { (other - place) & (self.entries.count - 1) }

    /// Where a number is, or the free place where it would be.
    private func place(of number: UInt64) -> Int {
        var place = self.home(of: number)
        while self.entries[place].index != nil, self.entries[place].number != number {
            place = self.place(after: place)
        }
        return place
    }

    // MARK: - Changes

    private mutating func set(_ index: Int, for number: UInt64, at place: Int) {
        let isNew = self.entries[place].index == nil
        self.entries[place] = Entry(number: number, index: index)
        guard isNew else { return }
        self.count += 1
        if self.count * 2 > self.entries.count { self.grow() }
    }

    private mutating func grow() {
        let entries = self.entries
        self.entries = Array(repeating: Entry(), count: 2 * entries.count)
        for entry in entries where entry.index != nil { self.entries[self.place(of: entry.number)] = entry }
    }

    private mutating func remove(at place: Int) {
        // Those that come after it and are not at home move up, so that no search meets a free place too early.
        var free = place
        var next = self.place(after: place)
        while self.entries[next].index != nil {
            let home = self.home(of: self.entries[next].number)
            if self.distance(from: home, to: next) >= self.distance(from: free, to: next) {
                self.entries[free] = self.entries[next]
                free = next
            }
            next = self.place(after: next)
        }
        self.entries[free] = Entry()
        self.count -= 1
    }
}
