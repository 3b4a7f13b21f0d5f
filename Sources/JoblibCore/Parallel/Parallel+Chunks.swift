// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

extension Parallel {
    /// Changes an array in place, in chunks at once: the fastest form.
    ///
    /// The chunks depend on the array's length alone, or are of `batchSize` elements. A chunk borrows the caller's
    /// memory, so a `timeout` cannot leave it behind: the call waits for the chunk and throws afterwards. A chunk that
    /// is retried finds what its last attempt left.
    ///
    /// - Parameters:
    ///   - storage: The array.
    ///   - body: Gets a chunk and its positions in the array; `span[0]` is at `range.lowerBound`.
    /// - Throws: ``TaskFailure`` whose index is that of the chunk; ``ParallelError`` when no task could be run.
    public func forEachChunk<T: BitwiseCopyable & Sendable>(
        of storage: inout [T],
        _ body: @Sendable (inout MutableSpan<T>, Range<Int>) throws -> Void
    ) throws {
        let count = storage.count
        let length = Partition.part(of: count, batchSize: try self.batchSize.resolve())
        if count > 0, try self.usesForks(returning: Void.self) {
            return try self.forEachForkedChunk(of: &storage, length: length, body)
        }
        try withoutActuallyEscaping(body) { body in
            try unsafe storage.withUnsafeMutableBufferPointer { buffer in
                // SAFETY: chunks do not overlap, each is claimed by one worker, and the buffer outlives the loop, whose
                // workers have all left when `performChunks` returns.
                nonisolated(unsafe) let elements = unsafe buffer
                let chunks = ChunkRanges(count: count, length: length)
                try self.performChunks(chunks) { range in
                    var span = unsafe elements.extracting(range).mutableSpan
                    try body(&span, range)
                }
            }
        }
    }

    /// Changes an array in place, in chunks at once; see the synchronous twin.
    ///
    /// - Throws: ``TaskFailure``, ``ParallelError``, and `CancellationError` when the calling task is cancelled.
    public func forEachChunk<T: BitwiseCopyable & Sendable>(
        of storage: inout [T],
        _ body: @escaping @Sendable (inout MutableSpan<T>, Range<Int>) throws -> Void
    ) async throws {
        // Taken out and put back, so that no pointer into the caller's array is held across a suspension.
        let taken = ArrayOnLoan(storage)
        storage = []
        defer { storage = taken.elements }
        try await self.onWorker { call in try call.forEachChunk(of: &taken.elements, body) }
    }

    func performChunks(_ chunks: ChunkRanges, _ body: @escaping @Sendable (Range<Int>) throws -> Void) throws {
        var call = self
        call.batchSize = 1
        call.lendsMemory = true
        try call.forEach(chunks, body)
    }
}

/// The positions 0 ..< count in ranges of one length, the last of which may be shorter.
struct ChunkRanges: RandomAccessCollection, Sendable {
    let count: Int
    let length: Int

    init(count: Int, length: Int) {
        // A length beyond the count would overflow what is computed from it.
        self.length = Swift.min(length, Swift.max(count, 1))
        self.elementCount = count
        self.count = count / self.length + (count.isMultiple(of: self.length) ? 0 : 1)
    }

    private let elementCount: Int

    var startIndex: Int { 0 }

    var endIndex: Int { self.count }

    subscript(position: Int) -> Range<Int> {
        position * self.length..<Swift.min((position + 1) * self.length, self.elementCount)
    }
}

// SAFETY: the asynchronous caller hands the array over, is suspended while the worker uses it, and gets it back.
private final class ArrayOnLoan<T>: @unchecked Sendable {
    var elements: [T]

    init(_ elements: [T]) {
        self.elements = elements
    }
}
