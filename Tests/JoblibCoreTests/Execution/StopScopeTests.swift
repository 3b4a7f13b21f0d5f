// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import JoblibCore

struct StopScopeTests {
    @Test("Stopping a scope stops its loops with the scope's error, and no others")
    func stopping() {
        let scope = StopScope(throwing: ParallelError(.cancelled, "enough"))
        let inside = [FakeLoop(), FakeLoop()]
        let outside = FakeLoop()
        for loop in inside { scope.add(loop) }
        #expect(inside.allSatisfy { !$0.isStopped })
        scope.stop()
        #expect(inside.allSatisfy { $0.isStopped && ($0.error as? ParallelError)?.detail == "enough" })
        #expect(!outside.isStopped)
    }

    @Test("A loop that comes after the stop is stopped")
    func lateComer() {
        let scope = StopScope(throwing: CancellationError())
        scope.stop()
        let loop = FakeLoop()
        scope.add(loop)
        #expect(loop.isStopped)
        #expect(loop.error is CancellationError)
    }

    @Test("A loop that has left is not stopped")
    func removed() {
        let scope = StopScope(throwing: CancellationError())
        let loop = FakeLoop()
        scope.add(loop)
        scope.remove(loop)
        scope.stop()
        #expect(!loop.isStopped)
    }

    @Test("A loop's own error, if it came first, is the one that it throws")
    func firstError() {
        let scope = StopScope(throwing: CancellationError())
        let loop = FakeLoop()
        scope.add(loop)
        loop.stop(ParallelError(.noWorkers, "mine"))
        scope.stop()
        #expect((loop.error as? ParallelError)?.detail == "mine")
    }

    @Test("A loop that is over is kept alive by no scope")
    func lifetime() {
        let scope = StopScope(throwing: CancellationError())
        weak var kept: FakeLoop?
        do {
            let loop = FakeLoop()
            kept = loop
            scope.add(loop)
            scope.remove(loop)
        }
        #expect(kept == nil)
    }

    @Test("A loop that comes while the scope is stopped is stopped too", .timeLimit(.minutes(1)))
    func race() async throws {
        for _ in 0..<200 {
            let scope = StopScope(throwing: CancellationError())
            let loop = FakeLoop()
            try await onThreads(2) { number in
                if number == 0 { scope.add(loop) } else { scope.stop() }
            }
            #expect(loop.isStopped)
        }
    }

    @Test("The call of a stopped scope starts no task", .timeLimit(.minutes(1)))
    func call() throws {
        let scope = StopScope(throwing: CancellationError())
        scope.stop()
        #expect(throws: CancellationError.self) {
            try StopScope.$current.withValue([scope]) {
                try Parallel(nJobs: 2, backend: .instance(ThreadPerBatchBackend()))
                    .forEach(0..<100) { _ in
                        Issue.record("a task was started")
                    }
            }
        }
    }
}
