// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Which piece of an executable comes next: each is asked for when the last one was taken in, and nothing else is taken.
package struct ExecutableAssembly: Sendable {
    /// How many bytes a piece has at most.
    package static let largestPiece = 256 << 10

    /// What is wrong with a piece; nothing after it can be made sense of.
    package struct Fault: Error, Equatable, CustomStringConvertible {
        package let description: String
    }

    package let offer: ExecutableOffer

    /// How many bytes have come.
    package private(set) var byteCount: UInt64 = 0

    package init(_ offer: ExecutableOffer) {
        self.offer = offer
    }

    package var isComplete: Bool { self.byteCount == self.offer.byteCount }

    /// Takes note of a piece.
    ///
    /// - Throws: ``Fault`` for one that was not asked for, or has more than there is.
    package mutating func add(_ position: UInt64, byteCount count: Int) throws(Fault) {
        guard position == self.byteCount, !self.isComplete else {
            throw Fault(description: "bytes from \(position) on, where \(self.byteCount) were asked for")
        }
        guard 1...Self.largestPiece ~= count, UInt64(count) <= self.offer.byteCount - self.byteCount else {
            throw Fault(description: "\(count) bytes at \(position) of \(self.offer.byteCount)")
        }
        self.byteCount += UInt64(count)
    }
}
