// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Hosts by their slots that are not granted, those with the most first: a heap that knows where each host is.
struct SpareSlots {
    struct Entry {
        let link: LinkNumber
        let spare: Int

        func precedes(_ other: Entry) -> Bool {
            self.spare != other.spare ? self.spare > other.spare : self.link < other.link
        }
    }

    private var heap: [Entry] = []
    private var positions: [LinkNumber: Int] = [:]

    var first: Entry? { self.heap.first }

    /// Enters a host, or changes its number.
    mutating func set(_ link: LinkNumber, spare: Int) {
        self.remove(link)
        self.heap.append(Entry(link: link, spare: spare))
        self.positions[link] = self.heap.count - 1
        self.rise(from: self.heap.count - 1)
    }

    mutating func remove(_ link: LinkNumber) {
        guard let position = self.positions.removeValue(forKey: link) else { return }
        let last = self.heap.removeLast()
        guard position < self.heap.count else { return }
        self.heap[position] = last
        self.positions[last.link] = position
        self.rise(from: position)
        self.sink(from: self.positions[last.link] ?? position)
    }

    mutating func popFirst() -> Entry? {
        guard let first = self.heap.first else { return nil }
        self.remove(first.link)
        return first
    }

    private mutating func swap(_ one: Int, _ other: Int) {
        self.heap.swapAt(one, other)
        self.positions[self.heap[one].link] = one
        self.positions[self.heap[other].link] = other
    }

    private mutating func rise(from start: Int) {
        var position = start
        while position > 0, self.heap[position].precedes(self.heap[(position - 1) / 2]) {
            self.swap(position, (position - 1) / 2)
            position = (position - 1) / 2
        }
    }

    private mutating func sink(from start: Int) {
        var position = start
        while true {
            var best = position
            for child in [2 * position + 1, 2 * position + 2] where child < self.heap.count {
                if self.heap[child].precedes(self.heap[best]) { best = child }
            }
            guard best != position else { return }
            self.swap(position, best)
            position = best
        }
    }
}
