// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Synchronization
import Testing

@testable import JoblibCore

struct HeldTasksTests {
    @Test("A task is held while it runs, and can be settled then, once")
    func heldWhileRunning() throws {
        let held = HeldTasks()
        let settled = Mutex<[Int]>([])
        let task = HeldTasks.Task(
            index: 3,
            run: { _, _ in
                #expect(held.settle(3, .fixture(3)))
                #expect(!held.settle(3, .fixture(3)))
                #expect(!held.settle(4, .fixture(4)))
            },
            settle: { failure in
                settled.withLock { $0.append(failure.index) }
                return true
            }
        )
        try withRunner { try held.run(task, $0, attempt: 1) }
        #expect(settled.withLock { $0 } == [3])
    }

    @Test("A task that has returned is not held")
    func returned() throws {
        let held = HeldTasks()
        try withRunner { try held.run(.fixture(0), $0, attempt: 1) }
        #expect(!held.settle(0, .fixture(0)))
        held.requeue(0, attempt: 2)
        #expect(!held.hasReruns)
    }

    @Test("A task that threw is not held, and what it threw is thrown")
    func threw() throws {
        let held = HeldTasks()
        try withRunner { runner in
            #expect(throws: CancellationError.self) {
                try held.run(.fixture(0) { throw CancellationError() }, runner, attempt: 1)
            }
        }
        #expect(!held.settle(0, .fixture(0)))
    }

    @Test("A task whose thread was abandoned in it stays held, since it is somebody else's")
    func abandoned() throws {
        let held = HeldTasks()
        try withRunner { runner in
            #expect(throws: Abandoned.self) { try held.run(.fixture(0) { throw Abandoned() }, runner, attempt: 1) }
        }
        #expect(held.settle(0, .fixture(0)))
    }

    @Test("What the task says of a failure is passed on")
    func refusedFailure() throws {
        let held = HeldTasks()
        let task = HeldTasks.Task(
            index: 0,
            run: { _, _ in #expect(!held.settle(0, .fixture(0))) },
            settle: { _ in false }
        )
        try withRunner { try held.run(task, $0, attempt: 1) }
    }

    @Test("A lost task is handed out again once, with its next attempt")
    func requeued() throws {
        let held = HeldTasks()
        let attempts = Mutex<[Int]>([])
        let task = HeldTasks.Task(
            index: 5,
            run: { _, attempt in
                attempts.withLock { $0.append(attempt) }
                if attempt == 1 { held.requeue(5, attempt: 2) }
            },
            settle: { _ in true }
        )
        #expect(held.next() == nil)
        try withRunner { runner in
            try held.run(task, runner, attempt: 1)
            #expect(held.hasReruns)
            let rerun = try #require(held.next())
            #expect(!held.hasReruns)
            #expect(rerun.attempt == 2)
            try held.run(rerun.task, runner, attempt: rerun.attempt)
        }
        #expect(held.next() == nil)
        #expect(attempts.withLock { $0 } == [1, 2])
    }
}

/// Runs a closure as a worker of a loop.
private func withRunner(_ body: (Runner) throws -> Void) throws {
    let loop = FakeLoop()
    _ = loop.enter()
    var result: Result<Void, any Error> = .success(())
    Runner.stay(in: loop) { runner in result = Result { try body(runner) } }
    try result.get()
}

extension HeldTasks.Task {
    fileprivate static func fixture(_ index: Int, _ body: @escaping @Sendable () throws -> Void = {}) -> Self {
        Self(index: index, run: { _, _ in try body() }, settle: { _ in true })
    }
}

extension TaskFailure {
    fileprivate static func fixture(_ index: Int) -> TaskFailure {
        TaskFailure(
            index: index,
            arguments: "",
            underlyingError: CancellationError(),
            reason: .timedOut,
            worker: .thisProcess,
            attempt: 1,
            remoteTrace: nil
        )
    }
}
