// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibCore

extension SharedArray {
    /// The elements with a range of indices along the first dimension: rows, if there are two dimensions.
    ///
    /// Nothing is copied.
    ///
    /// - Parameter range: Its indices in the view begin with 0. The process ends with a message if it is out of range.
    public subscript(range: Range<Int>) -> SharedArray {
        self.view(self.layout.slice(0, range, elementStride: MemoryLayout<Element>.stride))
    }

    /// The elements with a range of indices along the first dimension, such as `2...` or `...5`.
    ///
    /// - Parameter range: As for the other form.
    public subscript(range: some RangeExpression<Int>) -> SharedArray {
        self[range.relative(to: 0..<(self.shape.first ?? 0))]
    }

    /// Returns every n-th element along the first dimension, from the first one on, without copying any.
    ///
    /// - Parameter step: From 1.
    /// - Returns: A view, with gaps unless the step is 1.
    public func strided(by step: Int) -> SharedArray {
        self.slice(0, 0..<(self.shape.first ?? 0), by: step)
    }

    /// Returns the elements with a range of indices along any dimension, without copying any.
    ///
    /// - Parameters:
    ///   - axis: The dimension, from 0.
    ///   - range: The indices.
    ///   - step: Which of them, from the first one on: each, every second one, and so on.
    /// - Returns: A view with the same number of dimensions.
    public func slice(_ axis: Int, _ range: Range<Int>, by step: Int = 1) -> SharedArray {
        self.view(self.layout.slice(axis, range, by: step, elementStride: MemoryLayout<Element>.stride))
    }

    /// Returns a row, or what has one index along the first of more dimensions, with one dimension less.
    ///
    /// - Parameter index: From 0.
    /// - Returns: A view.
    public func row(_ index: Int) -> SharedArray { self.part(0, at: index) }

    /// Returns a column, or what has one index along the second of more dimensions, with one dimension less.
    ///
    /// A column has gaps, unless it is the only one: single elements of it can be read, and `Array(column)` copies it.
    ///
    /// - Parameter index: From 0.
    /// - Returns: A view.
    public func column(_ index: Int) -> SharedArray { self.part(1, at: index) }

    /// Returns what has one index along a dimension, with one dimension less.
    ///
    /// - Parameters:
    ///   - axis: The dimension, from 0.
    ///   - index: From 0.
    /// - Returns: A view.
    public func part(_ axis: Int, at index: Int) -> SharedArray {
        self.view(self.layout.part(axis, at: index, elementStride: MemoryLayout<Element>.stride))
    }

    /// Returns the same elements in another shape, without copying any.
    ///
    /// The process ends with a message for a view with gaps, and for a shape of another number of elements.
    ///
    /// - Parameter shape: The number of elements along each dimension.
    /// - Returns: A view.
    public func reshaped(_ shape: Int...) -> SharedArray {
        self.requireContiguous()
        guard let layout = self.layout.reshaped(shape) else {
            fatalError("\(self.count) elements have no shape \(shape): the product has to be their number")
        }
        return self.view(layout)
    }

    /// The same array, whose elements cannot be written to by whoever is handed this.
    public var readOnly: SharedArray { SharedArray(self.segment, self.layout, .readOnly) }

    /// The elements with a range of positions in row-major order, of a contiguous array.
    func flatSlice(_ range: Range<Int>) -> SharedArray {
        self.view(self.layout.flatSlice(range, elementStride: MemoryLayout<Element>.stride))
    }

    private func view(_ layout: ArrayLayout) -> SharedArray { SharedArray(self.segment, layout, self.mode) }
}
