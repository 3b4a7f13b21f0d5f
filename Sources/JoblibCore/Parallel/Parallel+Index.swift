// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX

// What `map` and its relatives share, on this side of the module boundary: storage, the loop, failures.

extension Parallel {
    /// Runs a chunk kernel that fills one slot per element.
    @usableFromInline
    func collect<C: RandomAccessCollection & Sendable, R>(
        _ items: C,
        count: Int,
        _ kernel: @escaping @Sendable (inout ChunkClaims, C, UnsafeMutablePointer<R>) throws -> Void
    ) throws -> [R] {
        try unsafe self.collect(items, count: count, storeFailure: nil, rescue: nil, kernel)
    }

    /// Runs a chunk kernel that fills one slot per element.
    ///
    /// - Parameters:
    ///   - items: What to work on.
    ///   - count: How many there are; known cheaply where the collection's type is.
    ///   - storeFailure: Puts a failure into a slot, where the call keeps going.
    ///   - rescue: Takes the results that are there out of a call that failed, and returns the error to throw.
    ///   - kernel: Claims positions and fills their slots.
    /// - Returns: What the slots hold.
    /// - Throws: The error that came first in time.
    func collect<C: RandomAccessCollection & Sendable, R>(
        _ items: C,
        count: Int,
        storeFailure: (@Sendable (UnsafeMutablePointer<R>, TaskFailure) -> Void)?,
        rescue: ((UnsafeMutablePointer<R>, [Range<Int>], ParallelError) -> ParallelError)?,
        _ kernel: @escaping @Sendable (inout ChunkClaims, C, UnsafeMutablePointer<R>) throws -> Void
    ) throws -> [R] {
        let plan = try self.plan(returning: R.self)
        guard count > 0 else {
            plan.reportNothing()
            return []
        }
        return try unsafe [R](unsafeUninitializedCapacity: count) { buffer, initializedCount in
            let bytes = count * MemoryLayout<R>.stride
            unsafe HugePages.advise(buffer.baseAddress, byteCount: bytes)

            // SAFETY: see `CollectingLoop`.
            nonisolated(unsafe) let slots = buffer.baseAddress!
            let store = unsafe storeFailure.map { store in
                { @Sendable (index: Int, failure: TaskFailure) in unsafe store(slots + index, failure) }
            }
            let loop = unsafe CollectingLoop(plan, items, count: count, slots: slots, storeFailure: store, kernel)
            do {
                try loop.run()
            } catch {
                let ranges = loop.completedRanges
                let error = unsafe Self.describe(error, loop, slots, ranges, rescue)
                for range in ranges { unsafe (slots + range.lowerBound).deinitialize(count: range.count) }
                throw error
            }
            initializedCount = count
        }
    }

    /// Runs a chunk kernel that leaves nothing behind.
    @usableFromInline
    func perform<C: RandomAccessCollection & Sendable>(
        _ items: C,
        count: Int,
        _ kernel: @escaping @Sendable (inout ChunkClaims, C) throws -> Void
    ) throws {
        let plan = try self.plan()
        guard count > 0 else { return plan.reportNothing() }
        let loop = PerformingLoop(plan, items, count: count, kernel)
        do {
            try loop.run()
        } catch let error as ParallelError where error.code == .cancelled {
            throw error.completed(loop.completedCount)
        }
    }

    // A cancelled call says what it had done.
    private static func describe<R>(
        _ error: any Error,
        _ loop: IndexLoop,
        _ slots: UnsafeMutablePointer<R>,
        _ ranges: [Range<Int>],
        _ rescue: ((UnsafeMutablePointer<R>, [Range<Int>], ParallelError) -> ParallelError)?
    ) -> any Error {
        guard let error = error as? ParallelError, error.code == .cancelled else { return error }
        guard let rescue = unsafe rescue else { return error.completed(loop.completedCount) }
        return unsafe rescue(slots, ranges, error)
    }
}
