// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX

// The forms that are different where tasks run in forked copies of the process.

extension Parallel {
    /// The tasks of a sequence that are all to be dispatched before any result is awaited, where workers are forked copies.
    ///
    /// A copy has the tasks alone that were read before it was made: with nothing to wait for, each would get a process of its own.
    @usableFromInline
    func allForForks<Output>(_ tasks: some Sequence<Delayed<Output>>) throws -> [Delayed<Output>]? {
        guard try self.usesForks(returning: Output.self), try self.settings(in: EnclosingTask.currentLoop).window == nil
        else { return nil }
        return Array(tasks)
    }

    /// Runs tasks and returns a result for each: outputs come back as they are, and failures beside them.
    func forkedResults<Output>(_ tasks: [Delayed<Output>]) throws -> [Result<Output, TaskFailure>] {
        let plan = try self.plan()
        guard !tasks.isEmpty else {
            plan.reportNothing()
            return []
        }
        let outputs = OutputSlots<Output>(count: tasks.count)
        let failures = TaskFailures()
        let loop = unsafe CollectingLoop<[Delayed<Output>], Output>(
            plan,
            tasks,
            count: tasks.count,
            slots: outputs.start,
            storeFailure: failures.add,
            ForkedTasks.run
        )
        do {
            try loop.run()
        } catch {
            for range in loop.completedRanges { outputs.didFill(range) }
            guard let error = error as? ParallelError, [.cancelled, .poolUnhealthy].contains(error.code) else {
                throw error
            }
            throw error.completed(outputs.outcomes(failures))
        }
        for range in loop.completedRanges { outputs.didFill(range) }
        return outputs.outcomes(failures).map(\.output)
    }

    /// Changes a copy of an array in memory that the workers share, and copies it back.
    func forEachForkedChunk<T: BitwiseCopyable & Sendable>(
        of storage: inout [T],
        length: Int,
        _ body: @Sendable (inout MutableSpan<T>, Range<Int>) throws -> Void
    ) throws {
        let count = storage.count
        let region: SharedRegion
        do {
            region = try SharedRegion(byteCount: max(1, count * MemoryLayout<T>.stride))
        } catch {
            throw ParallelError(
                .resourceExhausted,
                "there is no memory to share an array of \(count) elements: \(error)"
            )
        }
        let copy = unsafe UnsafeMutableBufferPointer(
            start: region.start.bindMemory(to: T.self, capacity: count),
            count: count
        )
        _ = unsafe copy.initialize(from: storage)
        // What was changed before a failure stays changed, as on threads.
        defer { unsafe storage.withUnsafeMutableBufferPointer { _ = unsafe $0.update(from: copy) } }
        try withoutActuallyEscaping(body) { body in
            // SAFETY: chunks do not overlap, each is claimed by one worker, and the memory outlives the loop.
            nonisolated(unsafe) let elements = unsafe copy
            try self.performChunks(ChunkRanges(count: count, length: length)) { range in
                var span = unsafe elements.extracting(range).mutableSpan
                try body(&span, range)
            }
        }
    }
}
