// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// The results of a loop, taken while it runs; joblib's generator.
///
/// Synchronous code pulls with `while let output = try results.next()`, asynchronous code with
/// `for try await output in results`. Single pass: copies share the stream and each result goes to one of them. A
/// consumer that stops stops the input, as far ahead as `preDispatch` allows; releasing the last copy cancels what is
/// left. The error of a task is thrown in its place, once, and is the end of the stream.
public struct ParallelResults<Output: Sendable>: AsyncSequence, Sendable {
    /// What a stream yields.
    public typealias Element = Output

    private let consumer: Consumer<Output>

    init(_ consumer: Consumer<Output>) {
        self.consumer = consumer
    }

    /// Returns the next result and blocks the thread until there is one; `nil` at the end.
    ///
    /// - Throws: ``TaskFailure`` when a task failed, ``ParallelError`` when the call was interrupted.
    public func next() throws -> Output? {
        try self.consumer.nextBlocking()
    }

    /// Makes an iterator, which shares the stream with every other one.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(consumer: self.consumer)
    }

    /// Takes results one after the other; see ``ParallelResults``.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let consumer: Consumer<Output>

        /// Returns the next result and suspends the task until there is one; `nil` at the end.
        ///
        /// - Throws: ``TaskFailure`` when a task failed, `CancellationError` when the calling task is cancelled.
        public mutating func next() async throws -> Output? {
            try await self.consumer.nextSuspending()
        }
    }
}

/// The one end of a stream at which results are taken; letting go of it cancels what is left.
final class Consumer<Output: Sendable>: Sendable {
    private let takeBlocking: @Sendable () throws -> Output?
    private let takeSuspending: @Sendable () async throws -> Output?
    private let cancel: @Sendable () -> Void

    init<Input: Sendable>(_ loop: StreamLoop<Input, Output>) {
        self.takeBlocking = { try loop.nextBlocking() }
        self.takeSuspending = { try await loop.nextSuspending() }
        self.cancel = { loop.stop(CancellationError()) }
    }

    deinit {
        self.cancel()
    }

    func nextBlocking() throws -> Output? { try self.takeBlocking() }

    func nextSuspending() async throws -> Output? { try await self.takeSuspending() }
}
