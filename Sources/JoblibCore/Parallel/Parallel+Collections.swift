// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

// The closures that run chunks are built here, in the caller's module, so that a task that captures nothing is compiled
// into the loop. Each captures the task alone: with more captures the compiler keeps an indirect call per element.

extension Parallel {
    /// Applies a function to every element at once and returns the results in order.
    ///
    /// - Parameters:
    ///   - items: What to work on; workers read it at the same time.
    ///   - body: The function; results need not be `Sendable`, since each is handed over.
    /// - Returns: One result per element, in order.
    /// - Throws: ``TaskFailure`` for the first call that threw, in time; ``ParallelError`` when none could be made.
    @inlinable
    public func map<C: RandomAccessCollection & Sendable, R>(
        _ items: C,
        _ body: @escaping @Sendable (C.Element) throws -> sending R
    ) throws -> [R] {
        try unsafe self.collect(items, count: items.count) { claims, items, slots in
            while let chunk = claims.next() {
                var position = items.index(items.startIndex, offsetBy: chunk.lowerBound)
                for offset in chunk {
                    guard claims.begin(offset) else { return }
                    let result =
                        if claims.isSupervised {
                            try claims.supervise(offset) { try body(items[position]) }
                        } else {
                            try body(items[position])
                        }
                    unsafe (slots + offset).initialize(to: result)
                    items.formIndex(after: &position)
                }
            }
        }
    }

    /// Applies a function that is a value, and so returns a plain result, to every element at once; see the other form.
    ///
    /// A function that returns `R` is none that returns `sending R`, although a closure literal may be either.
    @inlinable
    @_disfavoredOverload
    public func map<C: RandomAccessCollection & Sendable, R: Sendable>(
        _ items: C,
        _ function: @escaping @Sendable (C.Element) throws -> R
    ) throws -> [R] {
        try self.map(items) { element in try function(element) }
    }

    /// Calls a function with every element at once.
    ///
    /// - Parameters:
    ///   - items: What to work on; workers read it at the same time.
    ///   - body: The function.
    /// - Throws: ``TaskFailure`` for the first call that threw, in time; ``ParallelError`` when none could be made.
    @inlinable
    public func forEach<C: RandomAccessCollection & Sendable>(
        _ items: C,
        _ body: @escaping @Sendable (C.Element) throws -> Void
    ) throws {
        try self.perform(items, count: items.count) { claims, items in
            while let chunk = claims.next() {
                var position = items.index(items.startIndex, offsetBy: chunk.lowerBound)
                for offset in chunk {
                    guard claims.begin(offset) else { return }
                    if claims.isSupervised {
                        try claims.supervise(offset) { try body(items[position]) }
                    } else {
                        try body(items[position])
                    }
                    items.formIndex(after: &position)
                }
            }
        }
    }

    /// Combines all elements into one value, in parts at once.
    ///
    /// The parts depend on `items.count` alone, and are combined in order, so that sums of floating-point numbers are
    /// equal for every `nJobs` and backend.
    ///
    /// - Parameters:
    ///   - items: What to combine; workers read it at the same time.
    ///   - identity: The value with which every part begins; combining with it must change nothing.
    ///   - accumulate: Adds an element to a part.
    ///   - combine: Combines two neighbouring parts.
    /// - Returns: The combined value; `identity` when there is no element.
    /// - Throws: ``TaskFailure`` whose index is that of the part for the first `accumulate` that threw, in time; what
    ///   `combine` throws; ``ParallelError`` when no task could be run.
    public func reduce<C: RandomAccessCollection & Sendable, R: Sendable>(
        _ items: C,
        _ identity: R,
        _ accumulate: @escaping @Sendable (R, C.Element) throws -> R,
        _ combine: @escaping @Sendable (R, R) throws -> R
    ) throws -> R {
        let count = items.count
        let length = Partition.part(of: count, batchSize: nil)
        let partials = try self.map(0..<(count + length - 1) / length) { part in
            let start = items.index(items.startIndex, offsetBy: part * length)
            let end = items.index(start, offsetBy: min(length, count - part * length))
            return try items[start..<end].reduce(identity, accumulate)
        }
        guard var result = partials.first else { return identity }
        for partial in partials.dropFirst() { result = try combine(result, partial) }
        return result
    }
}
