// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCore
import JoblibPOSIX
import Synchronization

/// What hosts have said of batches, until somebody takes it in.
///
/// Taking it in decodes values, which is foreign code and may take as long as it likes: never on the thread that keeps the
/// connections. Whoever waits for results does it; while nobody does, a thread of the inbox's own.
final class ResultInbox: Sendable {
    enum Item {
        case answer(Batch, [UInt8])
        case finished(Batch, LinkNumber)
        case failed(Batch, any Error)
    }

    /// How many bytes wait at most before hosts are not listened to any more, and with how many they are again.
    static let largestByteCount = 64 << 20
    static let smallByteCount = 16 << 20

    /// How long the thread sleeps while others take in, and while nothing comes, in nanoseconds.
    private static let nap: UInt64 = 1_000_000
    private static let longestSleep: UInt64 = 1_000_000_000

    private struct State {
        var items: [Item] = []
        var byteCount = 0
        var isFull = false
    }

    private let state = Mutex(State())

    /// Held by whoever takes in: what is said of one batch has an order.
    private let taking = Mutex(())

    /// Moves when something has come.
    private let arrivals = WaitWord()

    /// Moves when those who took in leave that to the thread.
    private let calls = WaitWord()

    // Sequentially consistent: who leaves it to the thread says so before it looks for the last time.
    private let attendants = Atomic<Int>(0)

    // Relaxed: whoever finds an older value looks once more.
    private let isEmpty = Atomic<Bool>(true)

    private let fullnessChanged: @Sendable () -> Void
    private let foundUndone: @Sendable (LinkNumber) -> Void

    /// Starts the thread.
    ///
    /// - Parameters:
    ///   - fullnessChanged: Called after ``isFull`` has changed, by any thread: what counts is what that says later.
    ///   - foundUndone: Called with whoever has said that a batch is done that is not.
    /// - Throws: `SystemError` when the system has no thread left to give.
    init(
        fullnessChanged: @escaping @Sendable () -> Void,
        foundUndone: @escaping @Sendable (LinkNumber) -> Void
    ) throws(SystemError) {
        self.fullnessChanged = fullnessChanged
        self.foundUndone = foundUndone
        try PlatformThread.start(name: "joblib-results") { [weak self] in Self.run { self } }
    }

    /// Whether there is more than anybody should have to keep.
    var isFull: Bool { self.state.withLock { $0.isFull } }

    /// Adds what has come, in order.
    func add(_ items: [Item]) {
        if items.isEmpty { return }
        let isFull = self.state.withLock { state in
            for item in items {
                if case .answer(_, let bytes) = item { state.byteCount += bytes.count }
            }
            state.items += items
            guard !state.isFull, state.byteCount > Self.largestByteCount else { return false }
            state.isFull = true
            return true
        }
        self.isEmpty.store(false, ordering: .relaxed)
        if isFull { self.fullnessChanged() }
        self.arrivals.advance()
    }

    /// Takes in what has come, unless another thread is at it.
    ///
    /// - Returns: Whether there was anything.
    func take() -> Bool {
        if self.isEmpty.load(ordering: .relaxed) { return false }
        return self.taking.withLockIfAvailable { _ in self.takeAll() } ?? false
    }

    private func takeAll() -> Bool {
        self.isEmpty.store(true, ordering: .relaxed)
        let items = self.state.withLock { state in
            defer { state.items = [] }
            return state.items
        }
        for item in items {
            switch item {
            case .answer(let batch, let bytes):
                batch.accept(bytes)
                let isSmall = self.state.withLock { state in
                    state.byteCount -= bytes.count
                    guard state.isFull, state.byteCount <= Self.smallByteCount else { return false }
                    state.isFull = false
                    return true
                }
                if isSmall { self.fullnessChanged() }
            case .finished(let batch, let link): if !batch.finish() { self.foundUndone(link) }
            case .failed(let batch, let error): batch.fail(error)
            }
        }
        return !items.isEmpty
    }

    /// A thread begins to call ``take()`` again and again.
    func attend() { self.attendants.wrappingAdd(1, ordering: .sequentiallyConsistent) }

    /// It has ceased to.
    func unattend(isWaiting: Bool) {
        self.attendants.wrappingSubtract(1, ordering: .sequentiallyConsistent)
        if isWaiting { self.calls.advance() }
    }

    private static func run(_ inbox: () -> ResultInbox?) {
        while let inbox = inbox() {
            let (arrivals, calls) = (inbox.arrivals.count, inbox.calls.count)
            guard inbox.attendants.load(ordering: .sequentiallyConsistent) > 0 else {
                if !inbox.take() { inbox.arrivals.wait(while: arrivals, until: MonotonicClock.now + Self.longestSleep) }
                continue
            }
            // Who waits for results takes them in: two threads at it are slower than one, and what comes need not wake this one.
            if inbox.calls.wait(while: calls, until: MonotonicClock.now + Self.nap) { continue }
            // Of another call than the one that asks, too, whose caller may be asleep.
            _ = inbox.take()
        }
    }
}
