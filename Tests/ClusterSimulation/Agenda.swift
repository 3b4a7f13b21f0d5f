// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// What is to happen at which time, the earliest first, and of one time in the order in which it was entered.
struct Agenda<Action> {
    private struct Entry {
        let time: UInt64
        let order: UInt64
        let action: Action

        func precedes(_ other: Entry) -> Bool {
            self.time != other.time ? self.time < other.time : self.order < other.order
        }
    }

    private var heap: [Entry] = []
    private var nextOrder: UInt64 = 0

    mutating func insert(_ action: Action, at time: UInt64) {
        self.heap.append(Entry(time: time, order: self.nextOrder, action: action))
        self.nextOrder += 1
        var position = self.heap.count - 1
        while position > 0, self.heap[position].precedes(self.heap[(position - 1) / 2]) {
            self.heap.swapAt(position, (position - 1) / 2)
            position = (position - 1) / 2
        }
    }

    mutating func popFirst() -> (time: UInt64, action: Action)? {
        guard let first = self.heap.first else { return nil }
        let last = self.heap.removeLast()
        guard !self.heap.isEmpty else { return (first.time, first.action) }
        var position = 0
        while true {
            var child = 2 * position + 1
            guard child < self.heap.count else { break }
            if child + 1 < self.heap.count, self.heap[child + 1].precedes(self.heap[child]) { child += 1 }
            guard self.heap[child].precedes(last) else { break }
            self.heap[position] = self.heap[child]
            position = child
        }
        self.heap[position] = last
        return (first.time, first.action)
    }
}
