// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibCore

extension SharedArray {
    // MARK: - Single elements

    /// The element at a position of an array with one dimension; other arrays have ``subscript(_:_:_:)``.
    ///
    /// ``withSpan(_:)`` is faster for many. A file that has become smaller ends the process by SIGBUS here, with a message.
    ///
    /// - Parameter position: From 0; the process ends with a message at another one.
    @inlinable
    public subscript(position: Int) -> Element {
        if position < 0 || position >= self.layout.length { self.refuse([position]) }
        return unsafe self.element(position &* self.layout.step)
    }

    /// The element at a position of an array with several dimensions.
    ///
    /// - Parameters:
    ///   - first: The index along the first dimension, from 0.
    ///   - second: The index along the second one.
    ///   - others: Those along the others. The process ends with a message at a position that there is not.
    @inlinable
    public subscript(first: Int, second: Int, others: Int...) -> Element {
        if others.isEmpty, self.layout.shape.count == 2, first >= 0, first < self.layout.shape[0], second >= 0,
            second < self.layout.shape[1]
        {
            return unsafe self.element(first &* self.layout.strides[0] &+ second &* self.layout.strides[1])
        }
        return self[position: [first, second] + others]
    }

    /// The element at a position of an array with any number of dimensions.
    ///
    /// - Parameter position: An index for each dimension. The process ends with a message at a position that there is not.
    @inlinable
    public subscript(position position: [Int]) -> Element {
        unsafe self.element(self.layout.distance(to: position))
    }

    @inlinable
    @unsafe
    func element(_ distance: Int) -> Element {
        // SAFETY: the layout has been checked to lie within the memory, and the distance to belong to the layout.
        unsafe (self.segment.start + self.layout.offset)
            .load(fromByteOffset: distance &* MemoryLayout<Element>.stride, as: Element.self)
    }

    @usableFromInline
    func refuse(_ position: [Int]) -> Never {
        _ = self.layout.distance(to: position)
        fatalError("index \(position) is out of range of an array of shape \(self.shape)")
    }

    // MARK: - All elements

    /// Reads the elements, in row-major order.
    ///
    /// The process ends with a message if this is a view with gaps, which `Array(view)` copies, or if the array's file has
    /// become smaller. One that becomes smaller later, while the closure runs, ends the process by SIGBUS, with a message as well.
    ///
    /// - Parameter body: Gets the elements, for as long as it runs.
    /// - Returns: What the closure returns.
    /// - Throws: What the closure throws.
    @inlinable
    public func withSpan<R, Failure: Error>(_ body: (Span<Element>) throws(Failure) -> R) throws(Failure) -> R {
        self.requireContiguous()
        self.segment.requireWhole()
        let elements = unsafe UnsafeBufferPointer(self.elements)
        return try body(unsafe elements.span)
    }

    /// Writes to the elements, in row-major order.
    ///
    /// Everybody who has the array may see it at once, so nobody else should read or write the same elements meanwhile. The
    /// process ends with a message if the array's ``mode`` is `"r"`, and for the reasons of ``withSpan(_:)``.
    ///
    /// - Parameter body: Gets the elements, for as long as it runs.
    /// - Returns: What the closure returns.
    /// - Throws: What the closure throws.
    @inlinable
    public func withMutableSpan<R, Failure: Error>(
        _ body: (inout MutableSpan<Element>) throws(Failure) -> R
    ) throws(Failure) -> R {
        self.requireWritable()
        self.requireContiguous()
        self.segment.requireWhole()
        var span = unsafe self.elements.mutableSpan
        return try body(&span)
    }

    @usableFromInline
    func requireWritable() {
        if self.mode == .readOnly {
            fatalError(
                """
                a shared array of the mode "r" cannot be written to: open it with "r+", or with "c" for writes that stay in \
                this process
                """
            )
        }
    }

    @usableFromInline
    func requireContiguous() {
        if !self.isContiguous {
            fatalError(
                """
                a view of shape \(self.shape) and strides \(self.strides) has gaps, and no span: take rows or ranges without \
                a step, or copy it with Array(view)
                """
            )
        }
    }

    /// Copies the elements in row-major order to where there is room for them.
    func copyElements(to buffer: UnsafeMutableBufferPointer<Element>) {
        self.segment.requireWhole()
        let first = unsafe (self.segment.start + self.layout.offset).assumingMemoryBound(to: Element.self)
        var done = 0
        self.layout.forEachRun { start, count, step in
            if step == 1 {
                // SAFETY: as in `element(_:)`.
                unsafe (buffer.baseAddress! + done).initialize(from: first + start, count: count)
            } else {
                for number in 0..<count {
                    unsafe (buffer.baseAddress! + done + number).initialize(to: first[start + number * step])
                }
            }
            done += count
        }
    }
}

extension Array {
    /// Copies the elements of a shared array, in row-major order.
    ///
    /// - Parameter shared: An array, or a view with gaps.
    public init(_ shared: SharedArray<Element>) where Element: BitwiseCopyable & Sendable {
        unsafe self.init(unsafeUninitializedCapacity: shared.count) { buffer, count in
            if shared.count > 0 { unsafe shared.copyElements(to: buffer) }
            count = shared.count
        }
    }
}

extension SharedArray: Sequence {
    /// Goes through the elements, in row-major order.
    public struct Iterator: IteratorProtocol {
        @usableFromInline let array: SharedArray
        @usableFromInline var number = 0

        @usableFromInline
        init(_ array: SharedArray) {
            self.array = array
        }

        /// The next element; `nil` behind the last one.
        @inlinable
        public mutating func next() -> Element? {
            guard self.number < self.array.layout.count else { return nil }
            defer { self.number += 1 }
            return unsafe self.array.element(self.array.layout.distance(toElement: self.number))
        }
    }

    /// An iterator over the elements, in row-major order.
    @inlinable
    public func makeIterator() -> Iterator { Iterator(self) }

    /// The number of elements.
    @inlinable public var underestimatedCount: Int { self.count }
}
