// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// The numbers of the workers of one loop: the smallest free one is given out first.
struct WorkerIndices: Sendable {
    private var next = 0
    private var free: [Int] = []

    /// Takes a number.
    mutating func take() -> Int {
        if let smallest = self.free.indices.min(by: { self.free[$0] < self.free[$1] }) {
            return self.free.remove(at: smallest)
        }
        self.next += 1
        return self.next - 1
    }

    /// Gives a number back; that of a worker abandoned in a task never is, since the task still uses it.
    mutating func give(_ index: Int) {
        if index == self.next - 1 { self.next = index } else { self.free.append(index) }
    }
}
