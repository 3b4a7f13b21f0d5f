// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCore
import JoblibPOSIX
import Synchronization

/// Sees to it that what hosts have said is taken in, and says when more of it waits than anybody should have to keep.
///
/// Whoever waits for results of a session takes them in; where nobody does, a thread of the inbox's own, and others while that is at
/// those of one session.
final class ResultInbox: Sendable {
    /// How many bytes wait at most before hosts are not listened to any more, and with how many they are again.
    static let largestByteCount = 64 << 20
    static let smallByteCount = 16 << 20

    /// How long the thread waits for whoever is expected, and looks whether the inbox is still there, in nanoseconds.
    private static let nap: UInt64 = 1_000_000
    private static let longestSleep: UInt64 = 1_000_000_000

    private struct Count {
        var byteCount = 0
        var isFull = false
    }

    private let count = Mutex(Count())

    /// Those with something to take in; some are empty again.
    private let list = Mutex<[ResultQueue]>([])

    /// Moves when the thread has to look at once: not for what somebody else is expected to take in.
    private let work = WaitWord()

    // Sequentially consistent, as in ``ResultQueue``: whoever adds to the list does so first, and looks then what the thread is at.

    /// Whether the thread sleeps until it moves, and does not look by itself.
    private let isParked = Atomic<Bool>(false)

    /// Whether the thread may take any time to look at the list again.
    private let isBusy = Atomic<Bool>(false)

    private let threads = ResultThreads()
    private let fullnessChanged: @Sendable () -> Void

    /// Called with whoever has said that a batch is done that is not.
    let foundUndone: @Sendable (LinkNumber) -> Void

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

    // MARK: - How much there is

    /// Whether there is more than anybody should have to keep.
    var isFull: Bool { self.count.withLock { $0.isFull } }

    /// So much waits from now on.
    func add(_ items: [ResultQueue.Item]) {
        let byteCount = items.reduce(0) { $0 + $1.byteCount }
        let isFull = self.count.withLock { count in
            count.byteCount += byteCount
            guard !count.isFull, count.byteCount > Self.largestByteCount else { return false }
            count.isFull = true
            return true
        }
        if isFull { self.fullnessChanged() }
    }

    /// So much was taken in.
    func remove(_ byteCount: Int) {
        let isSmall = self.count.withLock { count in
            count.byteCount -= byteCount
            guard count.isFull, count.byteCount <= Self.smallByteCount else { return false }
            count.isFull = false
            return true
        }
        if isSmall { self.fullnessChanged() }
    }

    // MARK: - Who takes it in

    /// Something is to be taken in of a session.
    func announce(_ queue: ResultQueue) {
        self.enlist(queue)
        // They announce it again if they leave anything.
        if queue.hasAttendants { return }
        if self.isParked.load(ordering: .sequentiallyConsistent) { return self.work.advance() }
        if queue.isBeingTaken { return }
        if self.isBusy.load(ordering: .sequentiallyConsistent) {
            if self.threads.takeAll(of: queue) { return }
        } else if queue.isExpected {
            return
        }
        self.work.advance()
    }

    /// Something is to be taken in of a session by whoever has ceased to for a moment, or a millisecond later by the thread.
    func expect(_ queue: ResultQueue) {
        self.enlist(queue)
        if self.isParked.load(ordering: .sequentiallyConsistent) { self.work.advance() }
    }

    private func enlist(_ queue: ResultQueue) {
        if queue.isListed.exchange(true, ordering: .sequentiallyConsistent) { return }
        self.list.withLock { $0.append(queue) }
    }

    /// Those that the thread has to look after.
    private struct Due {
        var queues: [ResultQueue] = []

        /// Whether there are others, which somebody else is expected to look after.
        var isExpecting = false
    }

    /// Looks through the list.
    ///
    /// - Parameter isLate: Whether whoever was expected had time to come; who has not by the next look is not expected any more.
    /// - Returns: What the thread has to look after.
    private func lookThrough(isLate: Bool) -> Due {
        let list = self.list.withLock { list in
            defer { list = [] }
            return list
        }
        var due = Due()
        var kept: [ResultQueue] = []
        for queue in list {
            queue.isListed.store(false, ordering: .sequentiallyConsistent)
            if queue.isEmpty { continue }
            if queue.isBeingTaken || queue.isExpected {
                kept.append(queue)
                if !queue.hasAttendants { due.isExpecting = true }
            } else {
                due.queues.append(queue)
            }
            if isLate { queue.forgetAttendants() }
        }
        // Unless they were listed again meanwhile.
        kept.removeAll { $0.isListed.exchange(true, ordering: .sequentiallyConsistent) }
        self.list.withLock { $0 += kept }
        return due
    }

    /// When the thread looks again.
    private struct Look {
        /// When whoever was expected has had time to come; `nil`: nobody is, but for those who attend.
        var deadline: UInt64?

        /// Whether it has slept for as long as it ever does: those who attend have had time.
        var isAfterSleep = false
    }

    /// One round of the thread's.
    private func round(_ look: inout Look) {
        self.isBusy.store(true, ordering: .sequentiallyConsistent)
        let seen = self.work.count
        let now = MonotonicClock.now
        let isLate = look.isAfterSleep || look.deadline.map { now >= $0 } ?? false
        look.isAfterSleep = false
        let due = self.lookThrough(isLate: isLate)
        if isLate || !due.isExpecting { look.deadline = nil }
        if due.isExpecting, look.deadline == nil { look.deadline = now + Self.nap }
        for queue in due.queues.dropFirst() where !self.threads.takeAll(of: queue) { queue.takeAll() }
        if let first = due.queues.first {
            _ = first.take()
            self.isBusy.store(false, ordering: .sequentiallyConsistent)
            // Somebody else may be at it, or more has come.
            if !first.isEmpty { self.enlist(first) }
            return
        }
        self.isBusy.store(false, ordering: .sequentiallyConsistent)
        if let deadline = look.deadline {
            self.work.wait(while: seen, until: deadline)
            return
        }
        self.isParked.store(true, ordering: .sequentiallyConsistent)
        defer { self.isParked.store(false, ordering: .sequentiallyConsistent) }
        guard self.list.withLock({ $0.allSatisfy { $0.hasAttendants } }) else { return }
        look.isAfterSleep = !self.work.wait(while: seen, until: now + Self.longestSleep)
    }

    private static func run(_ inbox: () -> ResultInbox?) {
        var look = Look()
        while let inbox = inbox() { inbox.round(&look) }
    }
}
