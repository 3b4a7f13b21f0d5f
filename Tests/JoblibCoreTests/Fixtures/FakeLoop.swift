// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Synchronization

@testable import JoblibCore

/// A loop whose tasks are a number that counts down.
// SAFETY: it adds an atomic to what a loop has.
final class FakeLoop: Loop, @unchecked Sendable {
    let tasksLeft: Atomic<Int>

    init(_ plan: CallPlan, tasks: Int = 0) {
        self.tasksLeft = Atomic(tasks)
        super.init(plan)
    }

    /// Makes a loop inside of the first task of another one; with a time limit its caller only waits.
    convenience init(in parent: Loop, tasks: Int = 0, workers: Int = 16, timeout: Duration? = nil) {
        let task = EnclosingTask(loop: parent, index: 0, ordinal: 0)
        self.init(.fixture(workers: workers, timeout: timeout, enclosing: task), tasks: tasks)
    }

    /// Makes an outermost loop.
    convenience init(tasks: Int = 0, workers: Int = 16) {
        self.init(.fixture(workers: workers), tasks: tasks)
    }

    override var hasWork: Bool { !self.isStopped && self.tasksLeft.load(ordering: .acquiring) > 0 }

    override func work(_ runner: Runner) {
        while !self.isStopped, self.tasksLeft.wrappingSubtract(1, ordering: .acquiringAndReleasing).oldValue > 0 {}
    }

    /// Gives the loop a session without calling anybody.
    func attach(_ session: any WorkerSession) throws {
        let backend = FixedSessionBackend(session: session)
        self.attach(try OpenCall(.fixture(backend: backend, workers: self.plan.workers), taskCount: nil))
    }
}

/// A backend that opens one and the same session.
private struct FixedSessionBackend: ParallelBackend {
    let session: any WorkerSession

    func open(_ request: OpenRequest) -> any WorkerSession { self.session }
}

/// A session that nobody works for.
final class IdleSession: WorkerSession {
    func submit(_ batch: Batch) {}
}
