// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX

/// Storage for results whose number is not known beforehand: it grows without moving, so that workers write unlocked.
// SAFETY: `reserve` is called by one thread at a time, under the reader's lock. A segment's entry in the table is written
// there once, and read by workers for indices that they have learnt under that lock; a slot is written by the one worker
// that runs its task, and read after the loop.
@safe
@usableFromInline
final class SegmentedSlots<Element>: @unchecked Sendable {
    // Segment k has 64 << k slots: 58 of them fill every address space. A table that never moves, unlike an array.
    @usableFromInline
    let segments: UnsafeMutablePointer<UnsafeMutablePointer<Element?>>

    private var segmentCount = 0

    @usableFromInline
    var capacity = 0

    @usableFromInline
    init() {
        unsafe self.segments = .allocate(capacity: 58)
    }

    deinit {
        for segment in 0..<self.segmentCount {
            let count = Self.size(ofSegment: segment)
            unsafe self.segments[segment].deinitialize(count: count)
            unsafe self.segments[segment].deallocate()
        }
        unsafe self.segments.deallocate()
    }

    @inlinable
    static func size(ofSegment segment: Int) -> Int { 64 << segment }

    /// Makes room for `count` slots in all.
    @inlinable
    func reserve(_ count: Int) {
        while self.capacity < count { self.grow() }
    }

    @usableFromInline
    func grow() {
        let size = Self.size(ofSegment: self.segmentCount)
        let slots = UnsafeMutablePointer<Element?>.allocate(capacity: size)
        unsafe HugePages.advise(slots, byteCount: size * MemoryLayout<Element?>.stride)
        unsafe slots.initialize(repeating: nil, count: size)
        unsafe (self.segments + self.segmentCount).initialize(to: slots)
        self.segmentCount += 1
        self.capacity += size
    }

    /// Where the result of an index belongs for which room was made.
    @inlinable
    func place(of index: Int) -> Place {
        let shifted = index + Self.size(ofSegment: 0)
        // The position of the highest bit, counted from that of the first segment's size.
        let segment = Int.bitWidth - 7 - shifted.leadingZeroBitCount
        return unsafe Place(slot: self.segments[segment] + (shifted - Self.size(ofSegment: segment)))
    }

    /// The place of one result, valid as long as the storage.
    // SAFETY: used by one worker, and afterwards by whoever reads the results.
    @safe
    @usableFromInline
    struct Place: @unchecked Sendable {
        @usableFromInline
        let slot: UnsafeMutablePointer<Element?>

        @inlinable
        init(slot: UnsafeMutablePointer<Element?>) {
            unsafe self.slot = slot
        }

        @inlinable
        func store(_ element: Element) {
            unsafe self.slot.pointee = element
        }
    }

    /// The first `count` results, those that are there.
    @inlinable
    func elements(_ count: Int) -> [(index: Int, output: Element)] {
        (0..<count).compactMap { index in unsafe self.place(of: index).slot.pointee.map { (index, $0) } }
    }

    /// The first `count` results; `nil` when one is missing.
    @inlinable
    func allElements(_ count: Int) -> [Element]? {
        var elements: [Element] = []
        elements.reserveCapacity(count)
        for index in 0..<count {
            guard let element = unsafe self.place(of: index).slot.pointee else { return nil }
            elements.append(element)
        }
        return elements
    }
}
