// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// What a coordinator has to look after at certain times, the earliest first.
///
/// Nothing is taken out before its time: whoever gets a deadline sees whether there is anything left to do.
struct Deadlines {
    enum Subject {
        case heartbeat(LinkNumber)
        case silence(LinkNumber)
        case refusal(GrantNumber)
        case patience(SessionNumber)
        case evening(SessionNumber)
        case secondRun(SessionNumber)
    }

    private struct Entry {
        let time: UInt64

        /// Tells entries of the same time apart, so that the order depends on nothing but the events.
        let order: UInt64
        let subject: Subject

        func precedes(_ other: Entry) -> Bool {
            self.time != other.time ? self.time < other.time : self.order < other.order
        }
    }

    private var heap: [Entry] = []
    private var nextOrder: UInt64 = 0

    var count: Int { self.heap.count }
    var earliest: UInt64? { self.heap.first?.time }

    mutating func insert(_ subject: Subject, at time: UInt64) {
        self.heap.append(Entry(time: time, order: self.nextOrder, subject: subject))
        self.nextOrder += 1
        var position = self.heap.count - 1
        while position > 0, self.heap[position].precedes(self.heap[(position - 1) / 2]) {
            self.heap.swapAt(position, (position - 1) / 2)
            position = (position - 1) / 2
        }
    }

    /// Takes out the earliest whose time has come.
    mutating func popFirst(until now: UInt64) -> Subject? {
        guard let first = self.heap.first, first.time <= now else { return nil }
        let last = self.heap.removeLast()
        guard !self.heap.isEmpty else { return first.subject }
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
        return first.subject
    }
}
