// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

extension ArrayLayout {
    /// Part of a layout that is known to be one: everything in it is within the same memory.
    private init(partOf whole: ArrayLayout, _ shape: [Int], _ strides: [Int], firstElement: Int, stride: Int) {
        self.shape = shape
        self.strides = strides
        self.offset = whole.offset + firstElement * stride
        self.count = shape.reduce(1, *)
        self.length = shape.count == 1 ? self.count : 0
        self.step = shape.count == 1 ? strides[0] : 0
        var expected = 1
        var isContiguous = true
        for axis in shape.indices.reversed() {
            if shape[axis] > 1, strides[axis] != expected { isContiguous = false }
            expected *= shape[axis]
        }
        self.isContiguous = isContiguous || self.count == 0
    }

    /// The layout of a range of indices along a dimension.
    func slice(_ axis: Int, _ range: Range<Int>, by step: Int = 1, elementStride: Int) -> ArrayLayout {
        self.requireAxis(axis)
        if range.lowerBound < 0 || range.upperBound > self.shape[axis] {
            fatalError("range \(range) is out of range of dimension \(axis) of an array of shape \(self.shape)")
        }
        if step < 1 { fatalError("a step of \(step) leads nowhere: write one from 1 up") }
        var (shape, strides) = (self.shape, self.strides)
        shape[axis] = range.isEmpty ? 0 : (range.count - 1) / step + 1
        // Of one element there is no next one, and the distance to it might be beyond all numbers.
        strides[axis] = shape[axis] > 1 ? strides[axis] * step : 1
        let first = shape[axis] == 0 || self.count == 0 ? 0 : range.lowerBound * self.strides[axis]
        return ArrayLayout(partOf: self, shape, strides, firstElement: first, stride: elementStride)
    }

    /// The layout of what has one index along a dimension, which is gone.
    func part(_ axis: Int, at index: Int, elementStride: Int) -> ArrayLayout {
        self.requireAxis(axis)
        if index < 0 || index >= self.shape[axis] {
            fatalError("index \(index) is out of range of dimension \(axis) of an array of shape \(self.shape)")
        }
        var (shape, strides) = (self.shape, self.strides)
        shape.remove(at: axis)
        let first = self.count == 0 ? 0 : index * self.strides[axis]
        strides.remove(at: axis)
        return ArrayLayout(partOf: self, shape, strides, firstElement: first, stride: elementStride)
    }

    /// The layout of a range of elements in row-major order, as an array with one dimension.
    func flatSlice(_ range: Range<Int>, elementStride: Int) -> ArrayLayout {
        ArrayLayout(partOf: self, [range.count], [1], firstElement: range.lowerBound, stride: elementStride)
    }

    /// The layout of the same elements in another shape; `nil` for another number of elements.
    func reshaped(_ shape: [Int]) -> ArrayLayout? {
        guard shape.count <= Self.maximumRank, let rowMajor = try? Self.rowMajor(shape) else { return nil }
        guard rowMajor.count == self.count, self.isContiguous else { return nil }
        return ArrayLayout(partOf: self, shape, rowMajor.strides, firstElement: 0, stride: 1)
    }

    private func requireAxis(_ axis: Int) {
        if !self.shape.indices.contains(axis) {
            fatalError("an array of shape \(self.shape) has no dimension \(axis)")
        }
    }

    /// Goes through the elements in row-major order, in runs with one distance between neighbours.
    ///
    /// - Parameter body: Gets the place of the first element of a run in elements, their number, and their distance.
    /// - Throws: What the closure throws.
    func forEachRun<Failure: Error>(
        _ body: (_ first: Int, _ count: Int, _ step: Int) throws(Failure) -> Void
    ) throws(Failure) {
        if self.count == 0 { return }
        if self.isContiguous { return try body(0, self.count, 1) }
        let last = self.shape.count - 1
        var position = [Int](repeating: 0, count: last)
        var first = 0
        while true {
            try body(first, self.shape[last], self.strides[last])
            var axis = last - 1
            while axis >= 0 {
                position[axis] += 1
                first += self.strides[axis]
                if position[axis] < self.shape[axis] { break }
                first -= position[axis] * self.strides[axis]
                position[axis] = 0
                axis -= 1
            }
            if axis < 0 { return }
        }
    }
}
