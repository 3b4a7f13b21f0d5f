// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

extension Parallel {
    /// Applies a function to every element at once and returns the results in order; see the synchronous twin.
    ///
    /// The elements are worked on by the backend's workers only; the caller is suspended meanwhile.
    ///
    /// - Throws: ``TaskFailure``, ``ParallelError``, and `CancellationError` when the calling task is cancelled.
    @inlinable
    public func map<C: RandomAccessCollection & Sendable, R>(
        _ items: C,
        _ body: @escaping @Sendable (C.Element) throws -> sending R
    ) async throws -> [R] {
        try await self.onWorker { call in try call.map(items, body) }
    }

    /// Applies a function that is a value to every element at once; see the synchronous twin.
    ///
    /// - Throws: ``TaskFailure``, ``ParallelError``, and `CancellationError` when the calling task is cancelled.
    @inlinable
    @_disfavoredOverload
    public func map<C: RandomAccessCollection & Sendable, R: Sendable>(
        _ items: C,
        _ function: @escaping @Sendable (C.Element) throws -> R
    ) async throws -> [R] {
        try await self.onWorker { call in try call.map(items) { element in try function(element) } }
    }

    /// Calls a function with every element at once; see the synchronous twin.
    ///
    /// - Throws: ``TaskFailure``, ``ParallelError``, and `CancellationError` when the calling task is cancelled.
    @inlinable
    public func forEach<C: RandomAccessCollection & Sendable>(
        _ items: C,
        _ body: @escaping @Sendable (C.Element) throws -> Void
    ) async throws {
        try await self.onWorker { call in try call.forEach(items, body) }
    }

    /// Combines all elements into one value, in parts at once; see the synchronous twin.
    ///
    /// - Throws: ``TaskFailure``, ``ParallelError``, and `CancellationError` when the calling task is cancelled.
    public func reduce<C: RandomAccessCollection & Sendable, R: Sendable>(
        _ items: C,
        _ identity: R,
        _ accumulate: @escaping @Sendable (R, C.Element) throws -> R,
        _ combine: @escaping @Sendable (R, R) throws -> R
    ) async throws -> R {
        try await self.onWorker { call in try call.reduce(items, identity, accumulate, combine) }
    }
}
