// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// How many batches may be with a worker at once, by how much memory they take: those that wait for it, and answers that nobody has
/// taken.
struct ShippingWindow {
    /// From how many bytes on a batch is heavy, as is each with arrays that go another way, and how many may be with a worker then.
    static let heavyByteCount = 1 << 16
    static let heavyBatchesAhead = 2

    /// How many bytes all of them may have, if they are as large as the largest.
    static let byteCountAhead = 1 << 22

    /// Up to how many bytes an answer has no influence on that.
    static let smallByteCount = 1 << 13

    private var isHeavy = false
    private var largestByteCount = Self.smallByteCount

    /// Whether it is known how large answers are.
    private var hasEnded = false

    /// A batch is sent.
    ///
    /// - Parameters:
    ///   - byteCount: How many bytes it has.
    ///   - hasArrays: Whether it refers to arrays that go another way.
    mutating func noteBatch(of byteCount: Int, hasArrays: Bool) {
        if hasArrays || byteCount >= Self.heavyByteCount { self.isHeavy = true }
        self.largestByteCount = max(self.largestByteCount, byteCount)
    }

    /// An answer has come of so many bytes.
    mutating func noteAnswer(of byteCount: Int) { self.largestByteCount = max(self.largestByteCount, byteCount) }

    /// A batch has ended.
    mutating func noteEnd() { self.hasEnded = true }

    /// How many batches may be with a worker.
    ///
    /// - Parameter most: How many may be at most, from 1.
    /// - Returns: The number, from 1.
    func batchesAhead(_ most: Int) -> Int {
        if self.isHeavy { return min(Self.heavyBatchesAhead, most) }
        let largest = self.hasEnded ? self.largestByteCount : max(self.largestByteCount, Self.heavyByteCount)
        return min(most, max(Self.heavyBatchesAhead, Self.byteCountAhead / largest))
    }
}
