// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// The results of a loop, taken while it runs; joblib's generator.
///
/// Synchronous code pulls with `while let output = try results.next()`, asynchronous code with
/// `for try await output in results`. Single pass: copies share the stream and each result goes to one of them. A
/// consumer that stops stops the input, as far ahead as `preDispatch` allows; releasing the last copy cancels what is
/// left. A synchronous consumer that would have to wait for very short tasks, of a microsecond and less, runs them itself.
/// The error of a task is thrown in its place, once, and is the end of the stream.
public struct ParallelResults<Output: Sendable>: AsyncSequence, Sendable {
    /// What a stream yields.
    public typealias Element = Output

    @usableFromInline
    let consumer: Consumer<Output>

    init(_ consumer: Consumer<Output>) {
        self.consumer = consumer
    }

    /// Returns the next result and blocks the thread until there is one; `nil` at the end.
    ///
    /// - Throws: ``TaskFailure`` when a task failed, ``ParallelError`` when the call was interrupted.
    @inlinable
    public func next() throws -> Output? {
        if let buffer = self.consumer.buffer, let output = buffer.pop() { return output }
        if self.consumer.direct.begin(), let output = self.consumer.step() { return output }
        return try self.consumer.nextBlocking()
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
// SAFETY: constants. `step` is not `@Sendable`, since it captures the type of the sequence, whose conformance may be
// isolated; it is called by one thread at a time, as the one that reads (see `DirectConsumer`).
@usableFromInline
final class Consumer<Output: Sendable>: @unchecked Sendable {
    /// What is compiled in the module that made the call: to run the next task here.
    @usableFromInline
    let step: () -> Output?

    @usableFromInline
    let direct: DirectConsumer

    /// Results that have come from another process, and wait here.
    @usableFromInline
    let buffer: ResultBuffer<Output>?

    private let takeBlocking: () throws -> Output?
    private let takeSuspending: @Sendable () async throws -> Output?
    private let cancel: @Sendable () -> Void

    init<Input: Sendable>(_ loop: StreamLoop<Input, Output>, step: @escaping () -> Output?) {
        self.step = step
        self.direct = loop.direct
        self.buffer = nil
        self.takeBlocking = { try loop.nextBlocking(step) }
        self.takeSuspending = { try await loop.nextSuspending() }
        self.cancel = { loop.stop(CancellationError()) }
    }

    init<Input: Sendable>(_ loop: ShippingLoop, _ store: @escaping ShippedResults.Store<Input, Output>) {
        self.step = { nil }
        self.direct = DirectConsumer(loop)
        self.direct.refuse()
        let buffer = ResultBuffer<Output>(loop, store)
        self.buffer = buffer
        self.takeBlocking = { try buffer.nextBlocking() }
        self.takeSuspending = { try await buffer.nextSuspending() }
        self.cancel = { loop.stop(CancellationError()) }
    }

    deinit {
        self.cancel()
    }

    @usableFromInline
    func nextBlocking() throws -> Output? { try self.takeBlocking() }

    func nextSuspending() async throws -> Output? { try await self.takeSuspending() }
}
