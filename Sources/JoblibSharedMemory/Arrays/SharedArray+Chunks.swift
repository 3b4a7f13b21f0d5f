// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

extension SharedArray {
    /// Divides the array, in row-major order, into parts of which each may be written to by another task.
    ///
    /// The process ends with a message for a view with gaps.
    ///
    /// - Parameter length: The number of elements of each part, from 1; the last one has the rest.
    /// - Returns: The parts, in order.
    public func chunks(of length: Int) -> Chunks {
        self.requireContiguous()
        if length < 1 { fatalError("chunks of \(length) elements come to no end: write a length from 1 up") }
        return Chunks(self, length: length)
    }

    /// The parts of an array, none of which has an element of another.
    public struct Chunks: RandomAccessCollection, Sendable {
        private let array: SharedArray
        private let length: Int

        /// The number of parts.
        public let count: Int

        init(_ array: SharedArray, length: Int) {
            self.array = array
            // A length beyond the count would overflow what is computed from it.
            self.length = Swift.min(length, Swift.max(1, array.count))
            self.count = array.count / self.length + (array.count.isMultiple(of: self.length) ? 0 : 1)
        }

        /// The position of the first part, 0.
        public var startIndex: Int { 0 }

        /// The number of parts.
        public var endIndex: Int { self.count }

        /// The part at a position.
        ///
        /// - Parameter position: From 0.
        public subscript(position: Int) -> Chunk {
            if position < 0 || position >= self.count {
                fatalError("there are \(self.count) chunks, and none \(position)")
            }
            let first = position * self.length
            let range = first..<Swift.min(first + self.length, self.array.count)
            let elements = self.array.flatSlice(range)
            return Chunk(elements: elements, range: range)
        }
    }

    /// A part of an array, for one task to read and write; it travels like an array.
    public struct Chunk: Sendable {
        /// The elements, with one dimension.
        public let elements: SharedArray

        /// Which elements of the whole array these are, counted in row-major order.
        public let range: Range<Int>

        init(elements: SharedArray, range: Range<Int>) {
            self.elements = elements
            self.range = range
        }

        /// The number of elements.
        public var count: Int { self.elements.count }

        /// Reads the elements; see ``SharedArray/withSpan(_:)``.
        ///
        /// - Parameter body: Gets the elements; `span[0]` is at `range.lowerBound`.
        /// - Returns: What the closure returns.
        /// - Throws: What the closure throws.
        @inlinable
        public func withSpan<R, Failure: Error>(_ body: (Span<Element>) throws(Failure) -> R) throws(Failure) -> R {
            try self.elements.withSpan(body)
        }

        /// Writes to the elements; see ``SharedArray/withMutableSpan(_:)``.
        ///
        /// - Parameter body: Gets the elements; `span[0]` is at `range.lowerBound`.
        /// - Returns: What the closure returns.
        /// - Throws: What the closure throws.
        @inlinable
        public func withMutableSpan<R, Failure: Error>(
            _ body: (inout MutableSpan<Element>) throws(Failure) -> R
        ) throws(Failure) -> R {
            try self.elements.withMutableSpan(body)
        }
    }
}

extension SharedArray.Chunk: Codable {
    private enum CodingKeys: CodingKey { case elements, first }

    /// Encodes the elements as an array does, and where they were.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(self.elements, forKey: .elements)
        try container.encode(self.range.lowerBound, forKey: .first)
    }

    /// Decodes a part.
    ///
    /// - Throws: `DecodingError`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.elements = try container.decode(SharedArray.self, forKey: .elements)
        let first = try container.decode(Int.self, forKey: .first)
        let (end, overflows) = first.addingReportingOverflow(self.elements.count)
        guard first >= 0, !overflows else {
            throw DecodingError.dataCorruptedError(
                forKey: .first,
                in: container,
                debugDescription: "a chunk cannot begin with element \(first)"
            )
        }
        self.range = first..<end
    }
}
