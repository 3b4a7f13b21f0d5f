// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// The grants of a session by how full they are, in proportion to their workers.
///
/// Each is in the list of a level, so that finding the emptiest and the fullest, and moving one, takes the same time however
/// many there are. A level is a sixteenth of a batch for each worker; grants of one level take turns.
struct GrantLoads {
    private static let levelsPerBatch = 16

    private struct Node {
        @CompactInt var grant: Int
        @CompactInt var level: Int
        @CompactIndex var previous: Int? = nil
        @CompactIndex var next: Int? = nil
    }

    /// The grants that are as full, in the order in which they became so.
    private struct Level {
        @CompactIndex var first: Int? = nil
        @CompactIndex var last: Int? = nil
    }

    private let batchesAhead: Int
    private var nodes = Slab<Node>()
    private var levels: [Level]

    /// Which levels have grants, a bit for each, and which words of these bits have any.
    private var occupied: [UInt64]
    private var occupiedWords: [UInt64]

    init(batchesAhead: Int) {
        self.batchesAhead = batchesAhead
        let levelCount = Self.levelsPerBatch * batchesAhead + 2
        self.levels = Array(repeating: Level(), count: levelCount)
        self.occupied = Array(repeating: 0, count: (levelCount + 63) / 64)
        self.occupiedWords = Array(repeating: 0, count: (self.occupied.count + 63) / 64)
    }

    private var fullLevel: Int { Self.levelsPerBatch * self.batchesAhead + 1 }

    /// Levels below it have idle workers, those above it have more batches than workers.
    private var busyLevel: Int { Self.levelsPerBatch }

    private func level(batches: Int, workers: Int) -> Int {
        if batches >= workers * self.batchesAhead { return self.fullLevel }
        if batches <= workers { return batches * Self.levelsPerBatch / workers }
        return self.busyLevel + 1 + (batches - workers - 1) * Self.levelsPerBatch / workers
    }

    // MARK: - Changes

    /// Adds a grant without batches, and returns its place here.
    mutating func insert(_ grant: Int) -> Int {
        let index = self.nodes.insert(Node(grant: grant, level: 0))
        self.link(index, level: 0)
        return index
    }

    mutating func update(_ index: Int, batches: Int, workers: Int) {
        let level = self.level(batches: batches, workers: workers)
        guard level != self.nodes[index].level else { return }
        self.unlink(index)
        self.link(index, level: level)
    }

    mutating func remove(_ index: Int) {
        self.unlink(index)
        self.nodes.remove(at: index)
    }

    private mutating func link(_ index: Int, level: Int) {
        let last = self.levels[level].last
        self.nodes[index] = Node(grant: self.nodes[index].grant, level: level, previous: last)
        if let last { self.nodes[last].next = index } else { self.levels[level].first = index }
        self.levels[level].last = index
        self.occupied[level / 64] |= 1 << UInt64(level % 64)
        self.occupiedWords[level / 4096] |= 1 << UInt64(level / 64 % 64)
    }

    private mutating func unlink(_ index: Int) {
        let node = self.nodes[index]
        if let previous = node.previous {
            self.nodes[previous].next = node.next
        } else {
            self.levels[node.level].first = node.next
        }
        if let next = node.next {
            self.nodes[next].previous = node.previous
        } else {
            self.levels[node.level].last = node.previous
        }
        guard self.levels[node.level].first == nil else { return }
        let word = node.level / 64
        self.occupied[word] &= ~(1 << UInt64(node.level % 64))
        if self.occupied[word] == 0 { self.occupiedWords[word / 64] &= ~(1 << UInt64(word % 64)) }
    }

    // MARK: - Questions

    var count: Int { self.nodes.count }

    private var lowestLevel: Int? {
        guard let words = self.occupiedWords.firstIndex(where: { $0 != 0 }) else { return nil }
        let index = words * 64 + self.occupiedWords[words].trailingZeroBitCount
        return index * 64 + self.occupied[index].trailingZeroBitCount
    }

    private var highestLevel: Int? {
        guard let words = self.occupiedWords.lastIndex(where: { $0 != 0 }) else { return nil }
        let index = words * 64 + 63 - self.occupiedWords[words].leadingZeroBitCount
        return index * 64 + 63 - self.occupied[index].leadingZeroBitCount
    }

    /// The emptiest grant that takes another batch.
    var emptiest: Int? {
        guard let level = self.lowestLevel, level < self.fullLevel, let first = self.levels[level].first else {
            return nil
        }
        return self.nodes[first].grant
    }

    /// Whether a grant has fewer batches than workers.
    var hasIdleWorkers: Bool {
        guard let level = self.lowestLevel else { return false }
        return level < self.busyLevel
    }

    /// Whether a grant has more batches than workers while another has fewer.
    var isUneven: Bool {
        guard self.batchesAhead > 1, self.hasIdleWorkers, let level = self.highestLevel else { return false }
        return level > self.busyLevel
    }

    /// The fullest grant, which then is the last to be asked for among those that are as full.
    mutating func takeFullest() -> Int? {
        guard let level = self.highestLevel, let first = self.levels[level].first else { return nil }
        self.unlink(first)
        self.link(first, level: level)
        return self.nodes[first].grant
    }

    /// The first grant with an idle worker that is wanted, among a few of the emptiest.
    func firstIdle(where isWanted: (Int) -> Bool) -> Int? {
        guard let lowest = self.lowestLevel, lowest < self.busyLevel else { return nil }
        var remaining = 32
        for level in lowest..<self.busyLevel {
            var index = self.levels[level].first
            while let node = index, remaining > 0 {
                if isWanted(self.nodes[node].grant) { return self.nodes[node].grant }
                index = self.nodes[node].next
                remaining -= 1
            }
        }
        return nil
    }
}
