// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX

// What `map` and its relatives share, on this side of the module boundary: storage, the loop, failures.

extension Parallel {
    /// Runs a chunk kernel that fills one slot per element.
    @usableFromInline
    func collect<C: RandomAccessCollection & Sendable, R>(
        _ items: C,
        _ kernel: @escaping @Sendable (inout ChunkClaims, C, UnsafeMutablePointer<R>) throws -> Void
    ) throws -> [R] {
        try unsafe self.collect(items, storeFailure: nil, rescue: nil, kernel)
    }

    /// Runs a chunk kernel that fills one slot per element.
    ///
    /// - Parameters:
    ///   - items: What to work on.
    ///   - storeFailure: Puts a failure into a slot, where the call keeps going.
    ///   - rescue: Takes the results that are there out of a call that failed, and returns the error to throw.
    ///   - kernel: Claims positions and fills their slots.
    /// - Returns: What the slots hold.
    /// - Throws: The error that came first in time.
    func collect<C: RandomAccessCollection & Sendable, R>(
        _ items: C,
        storeFailure: (@Sendable (UnsafeMutablePointer<R>, TaskFailure) -> Void)?,
        rescue: ((UnsafeMutablePointer<R>, [Range<Int>], ParallelError) -> ParallelError)?,
        _ kernel: @escaping @Sendable (inout ChunkClaims, C, UnsafeMutablePointer<R>) throws -> Void
    ) throws -> [R] {
        let plan = try self.plan()
        let count = items.count
        guard count > 0 else {
            plan.reportNothing()
            return []
        }
        return try unsafe [R](unsafeUninitializedCapacity: count) { buffer, initializedCount in
            let bytes = count * MemoryLayout<R>.stride
            unsafe HugePages.advise(buffer.baseAddress, byteCount: bytes)

            // SAFETY: each slot is written by the one worker that claimed its position, and read here after the loop has
            // ended. A thread abandoned in a task never reaches its slot.
            nonisolated(unsafe) let slots = buffer.baseAddress!
            let store = unsafe storeFailure.map { store in
                { @Sendable (index: Int, failure: TaskFailure) in unsafe store(slots + index, failure) }
            }
            let loop = IndexLoop(plan, count: count, argumentText: Self.argumentText(of: items), storeFailure: store) {
                claims in unsafe try kernel(&claims, items, slots)
            }
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
        _ kernel: @escaping @Sendable (inout ChunkClaims, C) throws -> Void
    ) throws {
        let plan = try self.plan()
        let count = items.count
        guard count > 0 else { return plan.reportNothing() }
        let loop = IndexLoop(plan, count: count, argumentText: Self.argumentText(of: items)) { claims in
            try kernel(&claims, items)
        }
        do {
            try loop.run()
        } catch let error as ParallelError where error.code == .cancelled {
            throw error.completed(loop.completedCount)
        }
    }

    static func argumentText<C: RandomAccessCollection & Sendable>(of items: C) -> @Sendable (Int) -> String {
        { offset in
            let element = items[items.index(items.startIndex, offsetBy: offset)]
            return (element as? any ArgumentsDescribing)?.argumentText ?? ArgumentText.render(element)
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
