// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

public import JoblibCore

/// An array in memory that several processes map, passed to tasks at the cost of a handle.
///
/// A value of this type is a handle: copies, slices and what tasks receive are views of one memory. It is freed by the kernel when the
/// last process has let go of the last of them, however processes end.
///
/// ```swift
/// let output = SharedArray<Double>(zeros: 1_000_000)
/// try Parallel(nJobs: 2).forEachChunk(of: output) { span, range in
///     for index in span.indices { span[index] = work(range.lowerBound + index) }
/// }
/// ```
///
/// It is encoded as a handle where both sides are processes of this host that trust each other, which holds for the workers of
/// `multiprocessing` and `loky`, and as its content elsewhere. What one task writes another may read at any time: give each
/// a part of its own, as `forEachChunk` and ``chunks(of:)`` do, or let them only read.
public struct SharedArray<Element: BitwiseCopyable & Sendable>: Sendable {
    @usableFromInline let segment: Segment
    @usableFromInline let layout: ArrayLayout

    /// Whether the elements can be written, and who sees it: ``MmapMode/readOnly``, ``MmapMode/readWrite`` or ``MmapMode/copyOnWrite``.
    public let mode: MmapMode

    init(_ segment: Segment, _ layout: ArrayLayout, _ mode: MmapMode) {
        self.segment = segment
        self.layout = layout
        self.mode = mode
    }

    /// Shares a copy of an array.
    ///
    /// - Parameters:
    ///   - elements: What to copy, in row-major order.
    ///   - shape: The number of elements along each dimension; `nil` for one dimension.
    ///   - tempFolder: A folder in which to make a file without a name. `nil` for the scope's, else that of the variable
    ///     `JOBLIB_TEMP_FOLDER`, else memory.
    /// - Throws: `ParallelError` with the code `resourceExhausted` where memory or the folder has no room, and
    ///   `invalidArgument` for a shape of another number of elements or a folder that cannot be used.
    public init(_ elements: [Element], shape: [Int]? = nil, tempFolder: String? = nil) throws(ParallelError) {
        let shape = shape ?? [elements.count]
        if let count = try? ArrayLayout.rowMajor(shape).count, count != elements.count {
            throw ParallelError(
                .invalidArgument,
                "\(elements.count) elements have no shape \(shape), which has \(count); the product has to be their number"
            )
        }
        try self.init(uninitialized: shape, tempFolder)
        unsafe elements.withUnsafeBytes { bytes in
            unsafe UnsafeMutableRawBufferPointer(start: self.segment.start, count: bytes.count).copyMemory(from: bytes)
        }
    }

    /// Shares an array with one dimension, all of whose elements are the same.
    ///
    /// - Parameters:
    ///   - element: The element.
    ///   - count: The number of elements, from 0.
    ///   - tempFolder: As for the other forms.
    /// - Throws: As the other forms do.
    public init(repeating element: Element, count: Int, tempFolder: String? = nil) throws(ParallelError) {
        try self.init(repeating: element, shape: [count], tempFolder: tempFolder)
    }

    /// Shares an array, all of whose elements are the same.
    ///
    /// - Parameters:
    ///   - element: The element.
    ///   - shape: The number of elements along each dimension.
    ///   - tempFolder: As for the other forms.
    /// - Throws: As the other forms do.
    public init(repeating element: Element, shape: [Int], tempFolder: String? = nil) throws(ParallelError) {
        try self.init(uninitialized: shape, tempFolder)
        unsafe self.elements.initialize(repeating: element)
    }

    /// Reserves memory for an array; its bytes are 0.
    init(uninitialized shape: [Int], _ tempFolder: String?) throws(ParallelError) {
        let layout: ArrayLayout
        do throws(LayoutFault) {
            layout = try ArrayLayout(shape: shape, byteCount: .max, of: Element.self)
        } catch {
            throw ParallelError(.invalidArgument, "a shared array cannot be made: \(error.reason)")
        }
        let byteCount = layout.count * MemoryLayout<Element>.stride
        self.init(try Segment.make(byteCount: byteCount, tempFolder: tempFolder), layout, .readWrite)
    }

    /// The elements of a contiguous array.
    @usableFromInline
    var elements: UnsafeMutableBufferPointer<Element> {
        unsafe UnsafeMutableBufferPointer(
            start: (self.segment.start + self.layout.offset).assumingMemoryBound(to: Element.self),
            count: self.layout.count
        )
    }

    // MARK: - Shape

    /// The number of elements.
    @inlinable public var count: Int { self.layout.count }

    /// Whether there is no element.
    @inlinable public var isEmpty: Bool { self.layout.count == 0 }

    /// The number of elements along each dimension.
    @inlinable public var shape: [Int] { self.layout.shape }

    /// How many elements of memory lie between two neighbours along each dimension.
    @inlinable public var strides: [Int] { self.layout.strides }

    /// Whether the elements follow each other without gaps in row-major order, which spans need.
    @inlinable public var isContiguous: Bool { self.layout.isContiguous }
}

extension SharedArray where Element: RawNumber {
    /// Shares an array of zeros with one dimension, whose memory is not written to.
    ///
    /// - Parameters:
    ///   - count: The number of elements, from 0.
    ///   - tempFolder: As for the other forms.
    /// - Throws: As the other forms do.
    public init(zeros count: Int, tempFolder: String? = nil) throws(ParallelError) {
        try self.init(uninitialized: [count], tempFolder)
    }

    /// Shares an array of zeros, whose memory is not written to.
    ///
    /// - Parameters:
    ///   - shape: The number of elements along each dimension.
    ///   - tempFolder: As for the other forms.
    /// - Throws: As the other forms do.
    public init(zeros shape: [Int], tempFolder: String? = nil) throws(ParallelError) {
        try self.init(uninitialized: shape, tempFolder)
    }
}
