// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

/// The places of hosts that have ended, and when others are to be started in them; times in nanoseconds.
///
/// Each has a pause of its own, which grows with each host that ends early in it: a machine that is down does not keep the others waiting.
struct LaunchVacancies {
    /// So many, of one order.
    private struct Vacancy {
        var count: Int
        let until: UInt64

        /// How long the next pause is there.
        let nextPause: UInt64
    }

    private var all: [Vacancy] = []

    /// How many there are.
    var count: Int { self.all.reduce(0) { $0 + $1.count } }

    /// When the next one is due; `nil` when there is none.
    var deadline: UInt64? { self.all.map(\.until).min() }

    /// Adds so many.
    ///
    /// - Parameters:
    ///   - count: How many; nothing happens where that is none.
    ///   - until: When they are due.
    ///   - nextPause: How long the pause is after the next host, where that ends early.
    mutating func add(_ count: Int, until: UInt64, nextPause: UInt64) {
        if count > 0 { self.all.append(Vacancy(count: count, until: until, nextPause: nextPause)) }
    }

    /// Forgets the last ones of more than so many.
    mutating func trim(to limit: Int) {
        var excess = self.count - max(0, limit)
        while excess > 0, let last = self.all.popLast() {
            if last.count > excess {
                self.add(last.count - excess, until: last.until, nextPause: last.nextPause)
            }
            excess -= last.count
        }
    }

    /// Takes out those that are due, as so many as one order may be for go together.
    ///
    /// - Parameters:
    ///   - limit: How many at most.
    ///   - size: How many one order may be for.
    ///   - now: The time.
    /// - Returns: The number of each order, and the pause after it.
    mutating func takeDue(upTo limit: Int, size: Int, at now: UInt64) -> [(count: Int, nextPause: UInt64)] {
        var taken: [(count: Int, nextPause: UInt64)] = []
        var rest: [Vacancy] = []
        var room = limit
        for var vacancy in self.all {
            while vacancy.until <= now, vacancy.count > 0, room > 0 {
                let isNew = taken.last.map { $0.count >= size } ?? true
                if isNew { taken.append((0, 0)) }
                let last = taken.count - 1
                let count = min(vacancy.count, room, size - taken[last].count)
                taken[last] = (taken[last].count + count, max(taken[last].nextPause, vacancy.nextPause))
                vacancy.count -= count
                room -= count
            }
            if vacancy.count > 0 { rest.append(vacancy) }
        }
        self.all = rest
        return taken
    }

    /// Forgets all of them.
    mutating func removeAll() { self.all = [] }
}

#endif
