// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Synchronization

/// Storage for results whose number is not known beforehand: it grows without moving, so that workers write unlocked.
// SAFETY: `reserve` and `take` are called by one thread at a time, under the reader's lock or after the loop; a slot is
// written by the one worker that runs its task, which learnt of the slot under that lock.
@safe
final class SegmentedSlots<Element>: @unchecked Sendable {
    private static var firstSegmentShift: Int { 6 }

    // Segment k has 64 << k slots: 40 of them outlast every address space.
    private var segments: [UnsafeMutablePointer<Element?>] = unsafe []
    private var capacity = 0

    deinit {
        for segment in unsafe self.segments.indices {
            let slots = unsafe self.segments[segment]
            let count = Self.size(ofSegment: segment)
            unsafe slots.deinitialize(count: count)
            unsafe slots.deallocate()
        }
    }

    private static func size(ofSegment segment: Int) -> Int { 1 << (segment + self.firstSegmentShift) }

    /// Makes room for `count` slots in all.
    func reserve(_ count: Int) {
        while self.capacity < count {
            let size = unsafe Self.size(ofSegment: self.segments.count)
            let slots = UnsafeMutablePointer<Element?>.allocate(capacity: size)
            unsafe slots.initialize(repeating: nil, count: size)
            unsafe self.segments.append(slots)
            self.capacity += size
        }
    }

    /// Where a result belongs; the reader looks it up under its lock, since the list of segments may grow.
    func place(of index: Int) -> Place {
        let shifted = index + Self.size(ofSegment: 0)
        let segment = Int.bitWidth - 1 - shifted.leadingZeroBitCount - Self.firstSegmentShift
        return unsafe Place(slot: self.segments[segment] + (shifted - Self.size(ofSegment: segment)))
    }

    /// The place of one result, valid as long as the storage.
    @safe
    struct Place: @unchecked Sendable {
        // SAFETY: used by one worker, and afterwards by whoever reads the results.
        private let slot: UnsafeMutablePointer<Element?>

        fileprivate init(slot: UnsafeMutablePointer<Element?>) {
            unsafe self.slot = slot
        }

        func store(_ element: consuming Element) {
            unsafe self.slot.pointee = element
        }

        fileprivate func take() -> Element? {
            defer { unsafe self.slot.pointee = nil }
            return unsafe self.slot.pointee
        }
    }

    /// Moves the first `count` results out, those that are there.
    func take(_ count: Int) -> [(index: Int, output: Element)] {
        (0..<count).compactMap { index in self.place(of: index).take().map { (index, $0) } }
    }

    /// Moves the first `count` results out; `nil` when one is missing.
    func takeAll(_ count: Int) -> [Element]? {
        var elements: [Element] = []
        elements.reserveCapacity(count)
        for index in 0..<count {
            guard let element = self.place(of: index).take() else { return nil }
            elements.append(element)
        }
        return elements
    }
}
