// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCore
import JoblibPOSIX
import JoblibWire

// Arrays that travel to another host once for many tasks.

extension SharedArray {
    /// Where the memory is for the other side, from the first element to the last; `nil` where the elements are to be encoded.
    func reference(for encoder: any Encoder) -> ArrayReference? {
        guard let arrays = encoder.userInfo[.arrayExchange] as? any ArrayExchange,
            self.count * MemoryLayout<Element>.stride > arrays.inlineByteCount
        else { return nil }
        let last = zip(self.shape, self.strides).reduce(0) { $0 + ($1.0 - 1) * $1.1 }
        let bytes = unsafe UnsafeRawBufferPointer(
            start: self.segment.start + self.layout.offset,
            count: (last + 1) * MemoryLayout<Element>.stride
        )
        return unsafe arrays.place(shared: bytes, of: self.segment)
    }

    /// Maps an array that was brought here for many tasks: what is written stays with the task that writes.
    init(
        _ reference: ArrayReference,
        _ arrays: any ArrayExchange,
        _ shape: [Int],
        _ strides: [Int],
        _ mode: MmapMode
    ) throws {
        let layout = try ArrayLayout(shape: shape, strides: strides, byteCount: reference.byteCount, of: Element.self)
        self.init(try Self.segment(reference, arrays, isPrivate: mode != .readOnly), layout, mode)
        if Element.self is Bool.Type, (0..<layout.count).contains(where: { self.byte($0) > 1 }) {
            throw LayoutFault("a byte that is more than 1 is no Bool")
        }
    }

    private static func segment(
        _ reference: ArrayReference,
        _ arrays: any ArrayExchange,
        isPrivate: Bool
    ) throws -> Segment {
        // What nobody can write to is mapped once for all tasks.
        if !isPrivate, let segment = arrays.kept(reference) as? Segment { return segment }
        guard arrays.holds(reference), let descriptor = try arrays.open(reference) else {
            let reason = arrays.absence(of: reference) ?? "is not where it should be"
            throw LayoutFault("an array of \(reference.byteCount) bytes \(reason)")
        }
        let segment = try Segment.map(
            OpenFile(owning: descriptor),
            byteCount: reference.byteCount,
            isPrivate ? .privately : .readOnly
        )
        if !isPrivate { arrays.keep(segment, reference) }
        return segment
    }

    /// The first byte of the n-th element.
    private func byte(_ number: Int) -> UInt8 {
        let place = self.layout.offset + self.layout.distance(toElement: number) * MemoryLayout<Element>.stride
        return unsafe self.segment.start.load(fromByteOffset: place, as: UInt8.self)
    }
}
