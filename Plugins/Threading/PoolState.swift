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

        /// Tells it from other work.
        let id = WorkID()
    }

    final class WorkID: Sendable {}

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
    mutating func submit(_ work: Work) -> Action {
        // What came too late for its call needs nobody.
        self.queue.removeAll { $0.batch.isObsolete }
        self.queue.append(work)
        guard self.waking < self.queue.count else { return .none }
        self.waking += 1
        return self.idle.popLast().map { .wake($0) } ?? .startThread
    }

    /// Notes that the thread for some work could not be started; `false` if nobody else will do that work.
    mutating func startFailed(for work: Work) -> Bool {
        self.waking -= 1
        guard self.waking < self.queue.count, let index = self.queue.firstIndex(where: { $0.id === work.id }) else {
            return true
        }
        self.queue.remove(at: index)
        return false
    }

    /// Notes that a chosen thread is awake.
    mutating func didWake() {
        self.waking -= 1
    }

    /// Gives a thread its next work; without any it is listed as idle.
    mutating func next(for thread: Thread) -> Work? {
        guard !self.queue.isEmpty else {
            self.idle.append(thread)
            return nil
        }
        return self.queue.removeFirst()
    }

    /// Takes a thread that wants to end off the list; `false` when it has been chosen in the meantime.
    mutating func mayEnd(_ thread: Thread) -> Bool {
        guard let index = self.idle.firstIndex(where: { $0 === thread }) else { return false }
        self.idle.remove(at: index)
        return true
    }
}
