// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Synchronization

/// The tasks at work under a time limit, kept so that one whose thread is lost can be settled, or run again elsewhere.
final class HeldTasks: Sendable {
    struct Task: Sendable {
        let index: Int

        /// Runs the task on a worker, from an attempt on, and stores what comes of it.
        let run: @Sendable (_ runner: Runner, _ attempt: Int) throws -> Void

        /// Stores a failure in place of a result, where the call keeps going; `false` if it does not.
        let settle: @Sendable (TaskFailure) -> Bool
    }

    /// A task whose worker was lost, and its next attempt.
    struct Rerun: Sendable {
        let task: Task
        let attempt: Int
    }

    private struct State {
        var atWork: [Int: Task] = [:]
        var reruns: [Rerun] = []
    }

    private let state = Mutex(State())

    /// Runs a task and holds it meanwhile.
    func run(_ task: Task, _ runner: Runner, attempt: Int) throws {
        self.state.withLock { $0.atWork[task.index] = task }
        // Not when the thread was abandoned in the task: then it is somebody else's by now.
        do {
            try task.run(runner, attempt)
        } catch let abandoned as Abandoned {
            throw abandoned
        } catch {
            self.release(task.index)
            throw error
        }
        self.release(task.index)
    }

    /// Settles a task whose worker is lost.
    func settle(_ index: Int, _ failure: TaskFailure) -> Bool {
        self.release(index)?.settle(failure) ?? false
    }

    /// Puts a task whose worker is lost on the list of those to be run again.
    func requeue(_ index: Int, attempt: Int) {
        self.state.withLock { state in
            guard let task = state.atWork.removeValue(forKey: index) else { return }
            state.reruns.append(Rerun(task: task, attempt: attempt))
        }
    }

    /// Takes a task that is to be run again.
    func next() -> Rerun? {
        self.state.withLock { $0.reruns.popLast() }
    }

    var hasReruns: Bool { self.state.withLock { !$0.reruns.isEmpty } }

    @discardableResult
    private func release(_ index: Int) -> Task? {
        self.state.withLock { $0.atWork.removeValue(forKey: index) }
    }
}
