// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Numbers, first in, first out.
struct NumberQueue {
    private var numbers: [UInt64] = []
    private var start = 0

    mutating func append(_ number: UInt64) {
        self.numbers.append(number)
    }

    mutating func popFirst() -> UInt64? {
        guard self.start < self.numbers.count else { return nil }
        let number = self.numbers[self.start]
        self.start += 1
        // What was taken out is let go of when it is half of all, so that each number is moved once on average.
        if self.start >= 64, self.start * 2 >= self.numbers.count {
            self.numbers.removeFirst(self.start)
            self.start = 0
        }
        return number
    }

    mutating func removeAll() {
        self.numbers.removeAll()
        self.start = 0
    }
}
