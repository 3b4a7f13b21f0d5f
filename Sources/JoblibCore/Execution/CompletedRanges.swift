// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Positions whose tasks have returned, those next to one another together.
///
/// The newest range takes no memory of its own, which is all that most workers ever have.
struct CompletedRanges: Sendable {
    private var newest = 0..<0
    private var others: [Range<Int>] = []

    mutating func add(_ range: Range<Int>) {
        guard !range.isEmpty else { return }
        if self.newest.upperBound == range.lowerBound {
            self.newest = self.newest.isEmpty ? range : self.newest.lowerBound..<range.upperBound
        } else if self.newest.lowerBound == range.upperBound {
            self.newest = range.lowerBound..<self.newest.upperBound
        } else {
            if !self.newest.isEmpty { self.others.append(self.newest) }
            self.newest = range
        }
    }

    mutating func add(_ ranges: CompletedRanges) {
        for range in ranges.others { self.add(range) }
        self.add(ranges.newest)
    }

    /// How many positions there are in all.
    var count: Int { self.others.reduce(self.newest.count) { $0 + $1.count } }

    /// The ranges, in no order.
    var all: [Range<Int>] { self.newest.isEmpty ? self.others : self.others + [self.newest] }
}
