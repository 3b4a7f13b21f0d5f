// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Which parts of an arena are taken: the decisions, without the memory.
///
/// A part that was given back is taken again before any that never was: memory costs much when it is touched for the first time.
public struct ArenaSpace: Sendable {
    /// Parts begin at multiples of it: a page.
    private static let grain = 4096

    /// What may be taken.
    private let bounds: Range<Int>

    /// What lies below `end` and is not taken, in order, no two of them side by side.
    private var free: [Range<Int>] = []

    /// What is taken, by where it begins.
    private var taken: [Int: Range<Int>] = [:]

    /// Nothing above was ever taken.
    private var end: Int

    /// Makes a space of which nothing is taken.
    ///
    /// - Parameter bounds: Where it is, in bytes; its ends are multiples of 4,096.
    public init(_ bounds: Range<Int>) {
        precondition(bounds.lowerBound % Self.grain == 0 && bounds.upperBound % Self.grain == 0)
        self.bounds = bounds
        self.end = bounds.lowerBound
    }

    /// Whether nothing is taken.
    public var isEmpty: Bool { self.taken.isEmpty }

    /// Takes a part.
    ///
    /// - Parameter byteCount: How large it has to be, from 1.
    /// - Returns: Where it begins; `nil` when there is no room.
    public mutating func take(_ byteCount: Int) -> Int? {
        let (sum, overflow) = byteCount.addingReportingOverflow(Self.grain - 1)
        guard byteCount > 0, !overflow else { return nil }
        let size = sum / Self.grain * Self.grain
        // The smallest that does: large ones are kept for large arrays.
        let places = self.free.indices.filter { self.free[$0].count >= size }
        if let place = places.min(by: { self.free[$0].count < self.free[$1].count }) {
            let part = self.free[place]
            let range = part.lowerBound..<part.lowerBound + size
            if range.upperBound < part.upperBound {
                self.free[place] = range.upperBound..<part.upperBound
            } else {
                self.free.remove(at: place)
            }
            self.taken[range.lowerBound] = range
            return range.lowerBound
        }
        // What is free at the end is the beginning of what is taken anew.
        let start = self.free.last.flatMap { $0.upperBound == self.end ? $0.lowerBound : nil } ?? self.end
        guard size <= self.bounds.upperBound - start else { return nil }
        if start < self.end { self.free.removeLast() }
        self.end = start + size
        self.taken[start] = start..<self.end
        return start
    }

    /// Takes a part that was taken before and is not any more.
    ///
    /// - Returns: Whether all of it was still free.
    public mutating func take(freePart range: Range<Int>) -> Bool {
        guard !range.isEmpty, let place = self.free.firstIndex(where: { $0.upperBound > range.lowerBound }) else {
            return false
        }
        let part = self.free[place]
        guard part.lowerBound <= range.lowerBound, range.upperBound <= part.upperBound else { return false }
        let rest = [part.lowerBound..<range.lowerBound, range.upperBound..<part.upperBound]
        self.free.replaceSubrange(place...place, with: rest.filter { !$0.isEmpty })
        self.taken[range.lowerBound] = range
        return true
    }

    /// Gives a part back.
    ///
    /// - Parameter offset: Where it begins; nothing happens where none does.
    public mutating func giveBack(_ offset: Int) {
        guard var range = self.taken.removeValue(forKey: offset) else { return }
        var place = self.free.firstIndex { $0.lowerBound >= range.upperBound } ?? self.free.count
        if place < self.free.count, self.free[place].lowerBound == range.upperBound {
            range = range.lowerBound..<self.free.remove(at: place).upperBound
        }
        if place > 0, self.free[place - 1].upperBound == range.lowerBound {
            place -= 1
            range = self.free.remove(at: place).lowerBound..<range.upperBound
        }
        self.free.insert(range, at: place)
    }

    /// The parts that were taken before and are not any more, in order.
    public var freeParts: [Range<Int>] { self.free }
}
