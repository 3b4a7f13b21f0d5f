// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Glibc
import Joblib
import Testing

@Suite("Helpers that come late", .timeLimit(.minutes(1)))
struct LateHelpersTests {
    @Test("A helper whose loop has no task left is wanted while a loop nested in it may need one")
    func droppedBatch() throws {
        let (inner, caller) = (Tally(), pthread_self())
        let helperIsIn = Gate()
        let session = LateSession(secondRunsWhen: { try inner.reach(2) })
        try Parallel(nJobs: 3, backend: .instance(SessionBackend(session: session)), batchSize: 1)
            .forEach(0..<3) { _ in
                // The caller's tasks end, so that it finds nothing left to claim and only waits.
                if pthread_self() == caller { return try helperIsIn.pass() }
                helperIsIn.open()
                // The helper's needs all three: itself, the caller, who waits, and the one whose batch is held back.
                let meeting = Meeting(of: 3)
                try Parallel(nJobs: 3, backend: .instance(SessionBackend(session: session)), batchSize: 1)
                    .forEach(0..<3) { _ in
                        inner.add()
                        try meeting.attend()
                    }
            }
        #expect(inner.count == 3)
        try session.ended.reach(2)
    }
}

private struct SessionBackend: ParallelBackend {
    let session: LateSession

    func open(_ request: OpenRequest) -> any WorkerSession { self.session }
}

/// Runs the first batch at once, and the second when a condition holds, unless it is obsolete by then.
private final class LateSession: WorkerSession {
    private let condition: @Sendable () throws -> Void
    private let submitted = Tally()
    let ended = Tally()

    init(secondRunsWhen condition: @escaping @Sendable () throws -> Void) {
        self.condition = condition
    }

    func submit(_ batch: Batch) throws {
        let isLate = self.submitted.add() == 2
        Thread.detachNewThread {
            defer { self.ended.add() }
            if isLate {
                do { try self.condition() } catch { Issue.record(error) }
                if batch.isObsolete { return }
            }
            batch.run()
        }
    }
}
