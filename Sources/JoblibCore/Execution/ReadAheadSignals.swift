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

    init(_ plan: CallPlan) {
        let (capacity, overflow) = (plan.window ?? .max).multipliedReportingOverflow(by: plan.batchSize ?? 1)
        self.capacity = overflow ? .max : capacity
        self.batchSize = plan.batchSize ?? (plan.window == nil ? 64 : 1)
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
