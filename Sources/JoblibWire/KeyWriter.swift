// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Numbers the keys of one value, from 1, in the order in which they come.
///
/// The next value most likely has the same ones, and after each the one that came after it before. As in `ByteSink`, nobody else has
/// what is not checked for exclusive access.
final class KeyWriter {
    /// More keys, or longer ones, are not kept for the next value.
    private static let (keptCount, keptSize) = (1000, 65_536)

    /// With so many keys, a dictionary is faster than a look at all.
    private static let fewCount = 8

    /// Those of this value, and behind them those of an earlier one.
    @safe @exclusivity(unchecked) private var known: [String] = []

    /// All known keys as they are written, and where each ends.
    @safe @exclusivity(unchecked) private var table: [UInt8] = []
    @safe @exclusivity(unchecked) private var ends: [Int] = []
    private var indices: [String: Int] = [:]

    /// How many of the known keys this value has.
    @safe @exclusivity(unchecked) private var count = 0

    /// For each number, 0 before the first, the index of the key that came next.
    @safe @exclusivity(unchecked) private var followers = [0]
    @safe @exclusivity(unchecked) private var last = 0

    /// The names of the keys, to be written behind the value.
    var names: ArraySlice<UInt8> { self.table[..<(self.count == 0 ? 0 : self.ends[self.count - 1])] }

    /// Forgets of the last value what does not help with the next.
    func begin() {
        self.count = 0
        self.last = 0
        if self.known.count > Self.keptCount || self.table.count > Self.keptSize { self.forgetOthers() }
    }

    func number(of key: String) -> Int {
        let guess = self.followers[self.last]
        guard guess <= self.count, guess < self.known.count, self.known[guess] == key else { return self.find(key) }
        if guess == self.count { self.count += 1 }
        self.last = guess + 1
        return self.last
    }

    private func find(_ key: String) -> Int {
        let index = self.index(of: key) ?? self.add(key)
        self.followers[self.last] = index
        self.last = index + 1
        return self.last
    }

    private func index(of key: String) -> Int? {
        if self.count <= Self.fewCount { return self.known[..<self.count].firstIndex(of: key) }
        guard let index = self.indices[key], index < self.count else { return nil }
        return index
    }

    private func add(_ key: String) -> Int {
        defer { self.count += 1 }
        if self.count < self.known.count {
            if self.known[self.count] == key { return self.count }
            self.forgetOthers()
        }
        self.known.append(key)
        self.followers.append(0)
        self.indices[key] = self.count
        var size = key.utf8.count
        while size > 0x7f {
            self.table.append(UInt8(truncatingIfNeeded: size) | 0x80)
            size >>= 7
        }
        self.table.append(UInt8(size))
        self.table.append(contentsOf: key.utf8)
        self.ends.append(self.table.count)
        return self.count
    }

    /// Forgets the keys that this value does not have.
    private func forgetOthers() {
        for key in self.known[self.count...] { self.indices[key] = nil }
        self.table.removeSubrange(self.names.endIndex...)
        self.known.removeSubrange(self.count...)
        self.ends.removeSubrange(self.count...)
        self.followers.removeSubrange((self.count + 1)...)
    }
}
