// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX
import Synchronization

/// How far a caller that reads may be ahead.
@usableFromInline
struct ReadAheadBounds: Sendable {
    /// How many tasks may be read and not finished.
    @usableFromInline
    let capacity: Int

    /// How many are read at once.
    @usableFromInline
    let batchSize: Int

    /// With how many that are read and not finished everybody has enough to do for now.
    @usableFromInline
    let plenty: Int

    /// How many tasks stay read and not begun while the caller runs what it reads: as many as others could run.
    @usableFromInline
    let kept: Int

    init(_ plan: CallPlan) {
        let (capacity, overflow) = (plan.window ?? .max).multipliedReportingOverflow(by: plan.batchSize ?? 1)
        // No bound is no duty to read all that there is before anything else.
        self.batchSize = plan.batchSize ?? 1
        self.plenty = 16 * plan.workers * self.batchSize
        self.capacity = plan.window == nil || overflow ? self.plenty : capacity
        self.kept = max(0, min(plan.workers, self.capacity) - 1)
    }
}

/// How a caller that reads and the workers that wait for it tell each other.
@usableFromInline
final class ReadAheadSignals: Sendable {
    // About 50 µs: waking a sleeping thread on another processor costs twice that.
    private static let spins = 2000

    /// Moves when something was read.
    private let items = WaitWord()

    /// Moves when something was taken or finished while the caller may wait for it, or a worker has left.
    private let room = WaitWord()

    private let hasStopped = Atomic<Bool>(false)

    // Advice, hence relaxed: the items themselves are behind a lock.
    private let reserved = Atomic<Bool>(false)
    private let rounds = Atomic<Int>(0)
    private let isWatched = Atomic<Bool>(false)

    /// Whether the caller runs what it reads, so that workers leave the items alone.
    @usableFromInline
    var isReserved: Bool { self.reserved.load(ordering: .relaxed) }

    /// Says that the caller is about to read and run a task itself.
    @usableFromInline
    func reserve(round: Int) {
        self.rounds.store(round, ordering: .relaxed)
        guard !self.isReserved else { return }
        self.reserved.store(true, ordering: .relaxed)
        self.watch()
    }

    /// Lets workers take what the caller has read.
    @usableFromInline
    func release() {
        guard self.reserved.exchange(false, ordering: .relaxed) else { return }
        self.items.advance()
    }

    // A task that the caller runs may take long, or wait for the ones after it; so may the reading.
    private func watch() {
        guard !self.isWatched.exchange(true, ordering: .acquiringAndReleasing) else { return }
        do {
            try Watchdog.shared.watch(ReservationWatch(self))
        } catch {
            // Nobody to look after it, so better without.
            self.isWatched.store(false, ordering: .releasing)
            self.release()
        }
    }

    /// Ends a reservation in which nothing has happened since the last look.
    ///
    /// - Parameter last: The round then; replaced.
    /// - Returns: Whether to look again.
    fileprivate func look(since last: inout Int?) -> Bool {
        let round = self.rounds.load(ordering: .relaxed)
        defer { last = round }
        guard round == last else { return true }
        self.release()
        self.isWatched.store(false, ordering: .releasing)
        // The caller may have counted on the watch until just now.
        return self.isReserved && !self.isWatched.exchange(true, ordering: .acquiringAndReleasing)
    }

    @usableFromInline
    var isStopped: Bool { self.hasStopped.load(ordering: .acquiring) }

    @usableFromInline
    var itemCount: UInt32 { self.items.count }

    @usableFromInline
    var roomCount: UInt32 { self.room.count }

    @usableFromInline
    func didRead() { self.items.advance() }

    @usableFromInline
    func didMakeRoom() { self.room.advance() }

    @usableFromInline
    func waitForItems(since seen: UInt32) { self.items.wait(while: seen, spins: Self.spins) }

    @usableFromInline
    func waitForRoom(since seen: UInt32) { self.room.wait(while: seen, spins: Self.spins) }

    func stop() {
        self.hasStopped.store(true, ordering: .releasing)
        self.items.advance()
        self.room.advance()
    }
}

/// Looks once a millisecond whether a caller that runs what it reads gets on.
// SAFETY: the watchdog's thread alone looks, which is all that touches `last`; the rest is a constant.
private final class ReservationWatch: Watched, @unchecked Sendable {
    private let signals: ReadAheadSignals
    private var last: Int?

    init(_ signals: ReadAheadSignals) {
        self.signals = signals
    }

    func look(at now: UInt64) -> UInt64? {
        self.signals.look(since: &self.last) ? now + 1_000_000 : nil
    }
}
