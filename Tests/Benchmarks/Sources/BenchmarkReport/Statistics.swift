// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// What is said of the samples of one contender.
package struct Statistics: Equatable, Sendable {
    /// The samples, the smallest first.
    private let sorted: [Double]

    /// Creates the statistics of samples, of which there is at least one.
    package init?(_ samples: [Double]) {
        guard !samples.isEmpty else { return nil }
        self.sorted = samples.sorted()
    }

    package var minimum: Double { self.sorted[0] }

    package var maximum: Double { self.sorted[self.sorted.count - 1] }

    package var median: Double {
        let middle = self.sorted.count / 2
        return self.sorted.count.isMultiple(of: 2)
            ? (self.sorted[middle - 1] + self.sorted[middle]) / 2
            : self.sorted[middle]
    }
}
