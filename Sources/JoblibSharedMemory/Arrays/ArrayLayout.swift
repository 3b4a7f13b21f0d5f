// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Where the elements of an array are in memory; what does not lie within it has no layout.
@usableFromInline
struct ArrayLayout: Sendable, Hashable {
    /// As many dimensions as NumPy allows.
    static let maximumRank = 64

    /// The number of elements along each dimension.
    @usableFromInline let shape: [Int]

    /// How many elements of memory lie between two neighbours along each dimension; from 1 where there are two.
    @usableFromInline let strides: [Int]

    /// Where the first element is, in bytes from the beginning of the memory.
    @usableFromInline let offset: Int

    /// The number of elements.
    @usableFromInline let count: Int

    /// The number of elements of an array with one dimension, and 0 with any other number of them.
    @usableFromInline let length: Int

    /// The distance of two elements of an array with one dimension.
    @usableFromInline let step: Int

    /// Whether the elements follow each other without gaps, in row-major order.
    @usableFromInline let isContiguous: Bool

    /// Lays out an array.
    ///
    /// - Parameters:
    ///   - shape: The number of elements along each dimension.
    ///   - strides: Distances in elements; `nil` for row-major order.
    ///   - offset: The place of the first element in bytes.
    ///   - byteCount: The size of the memory.
    ///   - type: What the elements are.
    /// - Throws: ``LayoutFault``, whatever the numbers are.
    init<Element>(
        shape: [Int],
        strides: [Int]? = nil,
        offset: Int = 0,
        byteCount: Int,
        of type: Element.Type
    ) throws(LayoutFault) {
        guard shape.count <= Self.maximumRank else {
            throw LayoutFault("\(shape.count) dimensions are more than \(Self.maximumRank)")
        }
        let (count, rowMajor) = try Self.rowMajor(shape)
        let strides = strides ?? rowMajor
        guard strides.count == shape.count else {
            throw LayoutFault("\(shape.count) dimensions have \(strides.count) strides")
        }
        guard offset >= 0, offset.isMultiple(of: MemoryLayout<Element>.alignment) else {
            throw LayoutFault("the offset of \(offset) bytes is no multiple of \(MemoryLayout<Element>.alignment)")
        }
        let end = try Self.end(shape, strides, count)
        let (size, overflows) = end.multipliedReportingOverflow(by: MemoryLayout<Element>.stride)
        guard !overflows, offset <= byteCount, size <= byteCount - offset else {
            throw LayoutFault(
                "shape \(shape) of \(MemoryLayout<Element>.stride) bytes each at offset \(offset) exceeds \(byteCount) bytes"
            )
        }
        self.shape = shape
        self.strides = strides
        self.offset = offset
        self.count = count
        self.length = shape.count == 1 ? count : 0
        self.step = shape.count == 1 ? strides[0] : 0
        self.isContiguous = zip(shape, zip(strides, rowMajor)).allSatisfy { $0 <= 1 || $1.0 == $1.1 } || count == 0
    }

    /// The number of elements of a shape, and the strides of row-major order.
    static func rowMajor(_ shape: [Int]) throws(LayoutFault) -> (count: Int, strides: [Int]) {
        var strides = [Int](repeating: 1, count: shape.count)
        // Counts a dimension of 0 as one of 1, so that the others are checked as well.
        var product = 1
        for axis in shape.indices.reversed() {
            guard shape[axis] >= 0 else { throw LayoutFault("shape \(shape) has a negative number") }
            strides[axis] = product
            let (next, overflows) = product.multipliedReportingOverflow(by: max(1, shape[axis]))
            guard !overflows else { throw LayoutFault("shape \(shape) has more elements than can be counted") }
            product = next
        }
        return (shape.contains(0) ? 0 : product, strides)
    }

    /// The number of elements from the first one up to behind the last one.
    private static func end(_ shape: [Int], _ strides: [Int], _ count: Int) throws(LayoutFault) -> Int {
        if count == 0 { return 0 }
        var last = 0
        for (length, stride) in zip(shape, strides) {
            guard stride >= 0, stride > 0 || length == 1 else {
                throw LayoutFault("strides \(strides) have one that is not from 1 up")
            }
            let (distance, overflows) = (length - 1).multipliedReportingOverflow(by: stride)
            let (sum, alsoOverflows) = last.addingReportingOverflow(distance)
            guard !overflows, !alsoOverflows, sum < .max else {
                throw LayoutFault("shape \(shape) with strides \(strides) is larger than any memory")
            }
            last = sum
        }
        return last + 1
    }

    /// How far an element is from the first one, in elements.
    @usableFromInline
    func distance(to position: [Int]) -> Int {
        if position.count != self.shape.count {
            fatalError(
                "an array of shape \(self.shape) has no element at \(position): write one index for each dimension"
            )
        }
        var distance = 0
        for axis in position.indices {
            if position[axis] < 0 || position[axis] >= self.shape[axis] {
                fatalError("index \(position) is out of range of an array of shape \(self.shape)")
            }
            distance += position[axis] * self.strides[axis]
        }
        return distance
    }

    /// How far the n-th element in row-major order is from the first one, in elements.
    @usableFromInline
    func distance(toElement number: Int) -> Int {
        if self.isContiguous { return number }
        var (rest, distance) = (number, 0)
        for axis in self.shape.indices.reversed() {
            let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: self.shape[axis])
            distance += remainder * self.strides[axis]
            rest = quotient
        }
        return distance
    }
}

/// Why numbers are no layout of an array.
struct LayoutFault: Error, Hashable {
    let reason: String

    init(_ reason: String) {
        self.reason = reason
    }
}
