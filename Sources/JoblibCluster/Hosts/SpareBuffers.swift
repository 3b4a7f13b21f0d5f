// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibWorkers

/// Memory of arrays that nobody needs any more, for the next ones.
struct SpareBuffers {
    /// For how long one is kept that nobody has taken, in nanoseconds.
    private static let keepingTime: UInt64 = 10_000_000_000

    private struct Spare {
        let buffer: RelayedBuffer
        let capacity: Int
        let since: UInt64
    }

    // The one that was added last at the end.
    private var spares: [Spare] = []

    /// How many bytes they have together.
    private(set) var byteCount = 0

    var count: Int { self.spares.count }

    mutating func add(_ buffer: RelayedBuffer, capacity: Int, at now: UInt64) {
        self.spares.append(Spare(buffer: buffer, capacity: capacity, since: now))
        self.byteCount += capacity
    }

    /// Takes out the smallest one that has room for an array, and how many bytes it has.
    mutating func take(_ byteCount: Int) -> (buffer: RelayedBuffer, capacity: Int)? {
        let places = self.spares.indices.filter { self.spares[$0].capacity >= byteCount }
        guard let place = places.min(by: { self.spares[$0].capacity < self.spares[$1].capacity }) else { return nil }
        let spare = self.remove(at: place)
        return (spare.buffer, spare.capacity)
    }

    private mutating func remove(at place: Int) -> Spare {
        let spare = self.spares.remove(at: place)
        self.byteCount -= spare.capacity
        return spare
    }

    /// Frees the oldest ones until so many are left, of so many bytes.
    mutating func reduce(to count: Int, byteCount: Int) {
        while let first = self.spares.indices.first, self.count > count || self.byteCount > byteCount {
            _ = self.remove(at: first)
        }
    }

    /// Frees those that nobody has taken for long.
    mutating func freeOld(at now: UInt64) {
        while let first = self.spares.first, now - min(now, first.since) >= Self.keepingTime { _ = self.remove(at: 0) }
    }
}
