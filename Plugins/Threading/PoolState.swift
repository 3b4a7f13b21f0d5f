// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCore

/// Which thread of a pool does what, without threads.
///
/// A thread is *waking* from when it was chosen, or started, until it asks for work: it will take something from the
/// queue, so it counts against what is queued. That keeps a burst of short loops, each of which is over before its
/// helper has woken, from waking or starting a thread for each.
struct PoolState<Thread: AnyObject> {
    /// A batch, and the processor that runs it if workers are pinned.
    struct Work: Sendable {
        let batch: Batch
        let processor: Int?

        /// Tells it from other work; given by the one that hands it in.
        let id: UInt64
    }

    /// Work that came too late for its call and needs nobody, to be let go of without the lock: that frees the loop.
    struct Dropped {
        var one: Work?
        var others: [Work] = []
    }

    enum Action {
        case none
        case wake(Thread)
        case startThread
    }

    private var queue: [Work] = []

    /// Threads that wait, the one that has waited for the shortest time last: it most likely still spins.
    private var idle: [Thread] = []

    private var waking = 0

    /// Takes work in.
    ///
    /// - Returns: What to do, and what was dropped.
    mutating func submit(_ work: Work) -> (action: Action, dropped: Dropped) {
        let dropped = self.dropObsolete()
        self.queue.append(work)
        guard self.waking < self.queue.count else { return (.none, dropped) }
        self.waking += 1
        return (self.idle.popLast().map { .wake($0) } ?? .startThread, dropped)
    }

    private mutating func dropObsolete() -> Dropped {
        // The usual case first, which copies nothing.
        if self.queue.count == 1, self.queue[0].batch.isObsolete { return Dropped(one: self.queue.removeLast()) }
        guard self.queue.contains(where: { $0.batch.isObsolete }) else { return Dropped() }
        defer { self.queue.removeAll { $0.batch.isObsolete } }
        return Dropped(others: self.queue.filter { $0.batch.isObsolete })
    }

    /// Notes that the thread for some work could not be started; `false` if nobody else will do that work.
    mutating func startFailed(for work: Work) -> Bool {
        self.waking -= 1
        guard self.waking < self.queue.count, let index = self.queue.firstIndex(where: { $0.id == work.id }) else {
            return true
        }
        self.queue.remove(at: index)
        return false
    }

    /// Gives a thread its next work; without any it is listed as idle.
    ///
    /// - Parameters:
    ///   - thread: The thread.
    ///   - hasWoken: Whether it was chosen, and asks for the first time since.
    /// - Returns: Work that was not too late a moment ago, if there is some, and what was dropped.
    mutating func next(for thread: Thread, hasWoken: Bool) -> (work: Work?, dropped: Dropped) {
        if hasWoken { self.waking -= 1 }
        let dropped = self.dropObsolete()
        guard !self.queue.isEmpty else {
            self.idle.append(thread)
            return (nil, dropped)
        }
        return (self.queue.removeFirst(), dropped)
    }

    /// Takes a thread that wants to end off the list; `false` when it has been chosen in the meantime.
    mutating func mayEnd(_ thread: Thread) -> Bool {
        guard let index = self.idle.firstIndex(where: { $0 === thread }) else { return false }
        self.idle.remove(at: index)
        return true
    }
}
