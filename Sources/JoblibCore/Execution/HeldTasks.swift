// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Synchronization

/// The tasks at work under a time limit, kept so that one whose thread is lost can run again elsewhere.
final class HeldTasks<Output: Sendable, Place: Sendable>: Sendable {
    struct Task: Sendable {
        let index: Int
        var attempt: Int
        let task: Delayed<Output>
        let place: Place
    }

    private struct State {
        var atWork: [Int: Task] = [:]
        var waiting: [Task] = []
    }

    private let state = Mutex(State())

    /// Notes that a task is at work.
    func hold(_ task: Task) {
        self.state.withLock { $0.atWork[task.index] = task }
    }

    /// Takes a task off the list; `nil` when it is not there.
    @discardableResult
    func release(_ index: Int) -> Task? {
        self.state.withLock { $0.atWork.removeValue(forKey: index) }
    }

    /// Puts a task whose worker is lost on the list of those to be run again.
    func requeue(_ index: Int, attempt: Int) {
        self.state.withLock { state in
            guard var task = state.atWork.removeValue(forKey: index) else { return }
            task.attempt = attempt
            state.waiting.append(task)
        }
    }

    /// Takes a task that is to be run again.
    func next() -> Task? {
        self.state.withLock { $0.waiting.popLast() }
    }

    var hasWaiting: Bool { self.state.withLock { !$0.waiting.isEmpty } }
}
