// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// The places of labels in a column: each as near as possible to what it names, none on top of another.
enum LabelColumn {
    /// Returns the places of labels that would rather be elsewhere.
    ///
    /// - Parameters:
    ///   - desired: Where the labels would be if there were no others; their order is kept.
    ///   - spacing: The smallest distance between two labels.
    ///   - bounds: The ends of the column, which must have room for all labels.
    /// - Returns: One place for each label.
    static func places(_ desired: [Double], spacing: Double, in bounds: ClosedRange<Double>) -> [Double] {
        // Without the room that the labels before it take, each place must only be no less than the one before: an
        // isotonic regression, solved by pooling neighbours in the wrong order (Ayer et al. 1955).
        var pools: [(sum: Double, count: Int)] = []
        for (index, place) in desired.enumerated() {
            var pool = (sum: place - Double(index) * spacing, count: 1)
            while let previous = pools.last, previous.sum / Double(previous.count) > pool.sum / Double(pool.count) {
                pools.removeLast()
                pool = (previous.sum + pool.sum, previous.count + pool.count)
            }
            pools.append(pool)
        }
        let room = bounds.upperBound - Double(desired.count - 1) * spacing
        let places = pools.flatMap { pool in
            let place = max(min(pool.sum / Double(pool.count), room), bounds.lowerBound)
            return Array(repeating: place, count: pool.count)
        }
        return places.enumerated().map { $0.element + Double($0.offset) * spacing }
    }

    /// Returns which of several labels to show: all, or as many as there is room for, with the first and the last.
    static func shown(count: Int, spacing: Double, in bounds: ClosedRange<Double>) -> [Int] {
        let capacity = max(2, Int((bounds.upperBound - bounds.lowerBound) / spacing) + 1)
        guard count > capacity else { return Array(0..<count) }
        return (0..<capacity).map { $0 * (count - 1) / (capacity - 1) }
    }
}
