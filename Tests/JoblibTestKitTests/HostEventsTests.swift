// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Joblib
import Synchronization
import Testing

@Suite("What a backend tells of its hosts", .timeLimit(.minutes(1)))
struct HostEventsTests {
    /// What an observer was told of hosts and calls, a line each.
    private final class Story: Sendable {
        private let events = Mutex<[ParallelEvent]>([])

        var observer: ProgressDisplay {
            .observer { event in
                if event.host != nil || event.index == nil { self.events.withLock { $0.append(event) } }
            }
        }

        var lines: [String] {
            self.events.withLock { $0 }
                .map { event in
                    let detail = event.reason ?? event.workerCount.map(String.init) ?? ""
                    return event.host.map { "\(event.kind) \($0) \(detail)" } ?? "\(event.kind)"
                }
        }
    }

    @Test("comes to whoever follows a call of the session, between its beginning and its end, whatever the form")
    func told() throws {
        let backend = ElasticBackend(workers: 2)
        let story = Story()
        let call = Parallel(nJobs: 2, backend: .instance(backend), progress: story.observer, batchSize: 1)
        let body: @Sendable (Int) -> Void = { index in
            guard index == 0 else { return }
            backend.tell(.joined("a", workers: 3))
            backend.tell(.lost("a", because: "reset"))
            backend.tell(.excluded("a", because: "was lost too often"))
            backend.tell(.joined("b", workers: 1))
            backend.tell(.left("b"))
        }
        try call.forEach(0..<4, body)
        _ = try call((0..<4).map { index in delayed { body(index) } })
        let stream = try call((0..<4).map { index in delayed { body(index) } }, returnAs: .generator)
        while try stream.next() != nil {}
        let one = [
            "started", "hostJoined a 3", "hostLost a reset", "hostExcluded a was lost too often", "hostJoined b 1",
            "hostLeft b ", "done",
        ]
        #expect(story.lines == one + one + one)
        // Nobody listens any more.
        backend.tell(.joined("c", workers: 1))
        #expect(story.lines.count == 3 * one.count)
    }

    @Test("is told each call of a pool at its beginning, as far as it is still so")
    func pool() throws {
        let backend = ElasticBackend(workers: 2)
        let story = Story()
        let call = Parallel(nJobs: 2, backend: .instance(backend), progress: story.observer, batchSize: 1)
        try call.withPool { pool in
            backend.tell(.joined("b", workers: 1))
            backend.tell(.joined("a", workers: 2))
            try pool.forEach(0..<4) { _ in }
            backend.tell(.lost("b", because: "reset"))
            try pool.forEach(0..<4) { _ in }
        }
        #expect(
            story.lines == [
                "started", "hostJoined a 2", "hostJoined b 1", "done", "started", "hostJoined a 2", "done",
            ]
        )
    }
}
