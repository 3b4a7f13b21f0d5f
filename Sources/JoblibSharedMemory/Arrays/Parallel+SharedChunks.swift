// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

public import JoblibCore

extension Parallel {
    /// Changes a shared array in place, in chunks at once, each of which one task has to itself.
    ///
    /// Nothing is copied, on threads and in forked workers. A closure cannot leave its process, so for `loky` make a portable task of
    /// each of the array's `chunks(of:)`. What workers of other processes write to an array of the mode `"c"` stays there.
    /// A chunk that is retried finds what its last attempt left; one that a `timeout` leaves behind on a thread may still be
    /// written to.
    ///
    /// ```swift
    /// try Parallel(nJobs: 2).forEachChunk(of: shared) { span, range in
    ///     for index in span.indices { span[index] = work(range.lowerBound + index) }
    /// }
    /// ```
    ///
    /// - Parameters:
    ///   - array: The array, or a view without gaps that may be written to.
    ///   - length: The number of elements of a chunk, from 1; the last one has the rest. `nil` for what depends on the array's
    ///     length alone: at most 1,024 chunks.
    ///   - body: Gets a chunk and its positions in the array, in row-major order; `span[0]` is at `range.lowerBound`.
    /// - Throws: `TaskFailure` whose index is that of the chunk; `ParallelError` with the code `invalidArgument` for an array that
    ///   cannot be written to or has gaps, and for a length below 1, and others when no task could be run.
    public func forEachChunk<T: BitwiseCopyable & Sendable>(
        of array: SharedArray<T>,
        length: Int? = nil,
        _ body: @escaping @Sendable (inout MutableSpan<T>, Range<Int>) throws -> Void
    ) throws {
        try self.forEach(array.writableChunks(of: length)) { chunk in
            try chunk.withMutableSpan { span in try body(&span, chunk.range) }
        }
    }

    /// Changes a shared array in place, in chunks at once; see the synchronous twin.
    ///
    /// - Throws: As the twin does, and `CancellationError` when the calling task is cancelled.
    public func forEachChunk<T: BitwiseCopyable & Sendable>(
        of array: SharedArray<T>,
        length: Int? = nil,
        _ body: @escaping @Sendable (inout MutableSpan<T>, Range<Int>) throws -> Void
    ) async throws {
        let chunks = try array.writableChunks(of: length)
        try await self.forEach(chunks) { chunk in
            try chunk.withMutableSpan { span in try body(&span, chunk.range) }
        }
    }
}

extension SharedArray {
    /// As many chunks as `forEachChunk` makes of a plain array, unless their length is given.
    fileprivate func writableChunks(of length: Int?) throws(ParallelError) -> Chunks {
        guard self.mode != .readOnly else {
            throw ParallelError(
                .invalidArgument,
                "a shared array of the mode \"r\" cannot be written to in chunks: open it with \"r+\""
            )
        }
        guard self.isContiguous else {
            throw ParallelError(
                .invalidArgument,
                "a view of shape \(self.shape) and strides \(self.strides) has gaps, and no chunks: take rows or ranges"
            )
        }
        let length = length ?? Swift.max(1, (self.count + 1023) / 1024)
        guard length > 0 else {
            throw ParallelError(
                .invalidArgument,
                "chunks of \(length) elements come to no end: write a length from 1 up"
            )
        }
        return self.chunks(of: length)
    }
}
