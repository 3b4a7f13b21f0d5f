// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Synchronization
import Testing

@testable import JoblibCore

struct LoopTests {
    @Test("A loop knows the loops around it")
    func nesting() {
        let outer = FakeLoop()
        let middle = FakeLoop(in: outer)
        let inner = FakeLoop(in: middle)
        #expect(inner.root === outer)
        #expect(outer.root === outer)
        #expect(inner.isNested(in: outer) && inner.isNested(in: middle))
        #expect(!outer.isNested(in: inner) && !inner.isNested(in: inner))
    }

    @Test("The first error in time is the one that counts")
    func firstError() {
        let loop = FakeLoop()
        #expect(loop.error == nil)
        loop.stop(ParallelError(.noWorkers, "first"))
        loop.stop(ParallelError(.noWorkers, "second"))
        #expect((loop.error as? ParallelError)?.detail == "first")
    }

    @Test("A loop that stops takes those nested in it along, and leaves those around it")
    func stoppingNested() throws {
        let outer = FakeLoop()
        let middle = FakeLoop(in: outer)
        let inner = FakeLoop(in: middle)
        for loop in [outer, middle, inner] { try loop.attach(IdleSession()) }
        middle.stop(CancellationError())
        #expect(!outer.isStopped && middle.isStopped && inner.isStopped)
        #expect((inner.error as? ParallelError)?.code == .cancelled)
    }

    @Test("A nested loop that is alone in its caller looks at the loop around it")
    func stopSource() throws {
        let outer = FakeLoop()
        let alone = FakeLoop(in: outer)
        let attached = FakeLoop(in: outer)
        try outer.attach(IdleSession())
        try attached.attach(IdleSession())
        #expect(alone.stopSource === outer)
        #expect(attached.stopSource === attached)
        outer.stop(CancellationError())
        #expect(!alone.isStopped)
        #expect(alone.isStoppedOrOrphaned)
    }

    @Test("The seed is the one given; without one it is chosen once")
    func rootSeed() {
        #expect(FakeLoop(.fixture(seed: 7)).rootSeed == 7)
        let loop = FakeLoop()
        let seed = loop.rootSeed
        #expect(loop.rootSeed == seed)
        #expect(Set((0..<10).map { _ in FakeLoop().rootSeed }).count == 10)
    }

    @Test("A nested loop's seed follows from the task that makes it")
    func nestedSeed() {
        func seed(_ root: UInt64, index: Int, ordinal: Int) -> UInt64 {
            let outer = FakeLoop(.fixture(seed: root))
            let task = EnclosingTask(loop: outer, index: index, ordinal: ordinal)
            return FakeLoop(.fixture(enclosing: task)).rootSeed
        }
        #expect(seed(1, index: 2, ordinal: 3) == seed(1, index: 2, ordinal: 3))
        let seeds = [
            seed(1, index: 2, ordinal: 3), seed(2, index: 2, ordinal: 3), seed(1, index: 3, ordinal: 3),
            seed(1, index: 2, ordinal: 4), seed(1, index: -1, ordinal: 0),
        ]
        #expect(Set(seeds).count == seeds.count)
    }

    @Test("All tasks are done by the caller and its helpers, then nothing runs any more", .timeLimit(.minutes(1)))
    func wholeLife() throws {
        for _ in 0..<100 {
            let loop = FakeLoop(.fixture(workers: 3), tasks: 100)
            try loop.runToEnd(usefulWorkers: 3)
            #expect(loop.isCompleted)
            #expect(loop.tasksLeft.load(ordering: .acquiring) <= 0)
            #expect(!loop.enter())
        }
    }

    @Test("A session that has no worker left is no reason to fail for a caller that works itself")
    func noHelper() throws {
        let loop = FakeLoop(.fixture(backend: DeafBackend(), workers: 3), tasks: 10)
        try loop.runToEnd(usefulWorkers: 3)
        #expect(loop.tasksLeft.load(ordering: .acquiring) <= 0)
    }

    @Test("A session that has no worker at all ends a call that only waits, with its error")
    func noWorker() throws {
        let loop = FakeLoop(.fixture(backend: DeafBackend(), timeout: .seconds(60)), tasks: 10)
        let error = try #require(throws: ParallelError.self) { try loop.runToEnd(usefulWorkers: 2) }
        #expect(error.code == .noWorkers)
        #expect(loop.tasksLeft.load(ordering: .acquiring) == 10)
    }
}

/// Opens sessions that take no batch.
private struct DeafBackend: ParallelBackend {
    final class Session: WorkerSession {
        func submit(_ batch: Batch) throws {
            throw ParallelError(.noWorkers, "nobody is here")
        }
    }

    func open(_ request: OpenRequest) -> any WorkerSession { Session() }
}
