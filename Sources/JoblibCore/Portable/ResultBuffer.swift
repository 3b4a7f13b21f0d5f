// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

public import Synchronization

/// Hands results out one by one that come many at once.
///
/// Several consumers may take from it; each result goes to one of them. What is done per result is compiled where the stream is used:
/// code for any type takes longer to look types up than to hand a number over.
// SAFETY: `results` and `position` are touched under `isLocked` alone; the rest are constants.
@usableFromInline
final class ResultBuffer<Stored: Sendable>: @unchecked Sendable {
    // A lock that never sleeps: it is held for some nanoseconds, in which no foreign code runs.
    @usableFromInline
    let isLocked = Atomic<Bool>(false)

    @usableFromInline
    var results: [Stored] = []

    @usableFromInline
    var position = 0

    /// Called when the last result of those that came together was taken.
    @usableFromInline
    let didDrain: @Sendable () -> Void

    private let more: @Sendable () throws -> [Stored]?
    private let moreLater: @Sendable () async throws -> [Stored]?

    /// Makes a buffer for what a loop hands on.
    ///
    /// - Parameters:
    ///   - loop: The loop, of tasks with one type of output.
    ///   - store: Makes what is handed out of a task's outcome.
    init<Output: Sendable>(_ loop: ShippingLoop, _ store: @escaping ShippedResults.Store<Output, Stored>) {
        self.didDrain = { loop.releaseTaken() }
        self.more = { try loop.nextBlocking()?.values(store) }
        self.moreLater = { try await loop.nextSuspending()?.values(store) }
    }

    /// Takes a result that is there; `nil` when none is.
    @inlinable
    func pop() -> Stored? {
        // Acquiring here, releasing at the end: whoever has the lock sees all that was done under it before.
        while self.isLocked.exchange(true, ordering: .acquiring) {}
        guard self.position < self.results.count else {
            self.isLocked.store(false, ordering: .releasing)
            return nil
        }
        let result = self.results[self.position]
        self.position += 1
        let isLast = self.position == self.results.count
        self.isLocked.store(false, ordering: .releasing)
        // At once, not only when the next is asked for.
        if isLast { self.didDrain() }
        return result
    }

    func nextBlocking() throws -> Stored? {
        while true {
            if let result = self.pop() { return result }
            guard let batch = try self.more() else { return nil }
            self.add(batch)
        }
    }

    func nextSuspending() async throws -> Stored? {
        while true {
            if let result = self.pop() { return result }
            guard let batch = try await self.moreLater() else { return nil }
            self.add(batch)
        }
    }

    private func add(_ batch: [Stored]) {
        while self.isLocked.exchange(true, ordering: .acquiring) {}
        let old = self.results
        // Another consumer may have brought some meanwhile.
        self.results = self.position == old.count ? batch : Array(old[self.position...]) + batch
        self.position = 0
        self.isLocked.store(false, ordering: .releasing)
        // Freed here, and not under the lock: what is freed may run foreign code.
        withExtendedLifetime(old) {}
    }
}
