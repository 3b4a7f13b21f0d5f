// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// A gate that is shut until somebody opens it.
final class Gate: Sendable {
    private let isOpen = Monitor(false)

    func open() {
        self.isOpen.update { $0 = true }
    }

    /// Blocks until the gate is open.
    func pass() throws {
        try self.isOpen.wait { $0 }
    }
}

/// A point that nobody passes before a given number of threads have come to it.
final class Meeting: Sendable {
    private let size: Int
    private let arrived = Monitor(0)

    init(of size: Int) {
        self.size = size
    }

    var count: Int { self.arrived.value }

    /// Blocks until enough have come; who comes later passes at once.
    func attend() throws {
        self.arrived.update { $0 += 1 }
        try self.arrived.wait { [size = self.size] in $0 >= size }
    }
}

/// Counts, and lets others wait for a count.
final class Tally: Sendable {
    private let state = Monitor(0)

    var count: Int { self.state.value }

    @discardableResult
    func add(_ number: Int = 1) -> Int {
        self.state.update {
            $0 += number
            return $0
        }
    }

    /// Blocks until the count is at least `target`.
    func reach(_ target: Int) throws {
        try self.state.wait { $0 >= target }
    }
}

/// How many threads are inside of a piece of code at once.
final class Occupancy: Sendable {
    private struct State {
        var current = 0
        var maximum = 0
    }

    private let state = Monitor(State())

    var maximum: Int { self.state.value.maximum }

    func during<R>(_ body: () throws -> R) rethrows -> R {
        self.state.update {
            $0.current += 1
            $0.maximum = max($0.maximum, $0.current)
        }
        defer { self.state.update { $0.current -= 1 } }
        return try body()
    }
}

/// What threads have noted, in the order in which they did.
final class Recorder<Element: Sendable>: Sendable {
    private let state = Monitor<[Element]>([])

    var all: [Element] { self.state.value }

    func note(_ element: Element) {
        self.state.update { $0.append(element) }
    }

    /// Blocks until `count` elements were noted.
    func reach(_ count: Int) throws {
        try self.state.wait { $0.count >= count }
    }
}
