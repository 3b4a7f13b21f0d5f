// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Joblib
import JoblibTestKit
import Synchronization
import Testing

@Suite("What the core makes of what a backend says", .timeLimit(.minutes(1)))
struct ProtocolTests {
    // MARK: - Elastic workers

    @Test("No more batches are with a session than it has workers", arguments: [1, 2, 3])
    func limited(_ workers: Int) throws {
        let (backend, running) = (ElasticBackend(workers: workers), Occupancy())
        try Parallel(nJobs: 8, backend: .instance(backend), timeout: .seconds(40))
            .forEach(0..<200) { _ in running.during { pause() } }
        #expect(running.maximum <= workers)
    }

    @Test("Nor are more at work for asynchronous callers", arguments: [1, 2, 3])
    func limitedAsynchronously(_ workers: Int) async throws {
        let (backend, running) = (ElasticBackend(workers: workers), Occupancy())
        let call = Parallel(nJobs: 8, backend: .instance(backend), batchSize: 1)
        try await call.forEach(0..<200) { _ in running.during { pause() } }
        try await call.forEach(0..<200) { _ in
            await Task.yield()
            running.during { pause() }
        }
        #expect(running.maximum <= workers)
    }

    @Test("Workers that come during a call are used in it, whatever the form", arguments: [true, false])
    func growing(_ hasTimeLimit: Bool) throws {
        let backend = ElasticBackend(workers: 1)
        let call = Parallel(
            nJobs: 4,
            backend: .instance(backend),
            timeout: hasTimeLimit ? .seconds(40) : nil,
            batchSize: 1
        )
        let forms: [(@escaping @Sendable (Int) throws -> Void) throws -> Void] = [
            { body in try call.forEach(0..<20, body) },
            { body in _ = try call.run((0..<20).lazy.map { index in delayed { try body(index) } }) },
            { body in
                let stream = try call.run((0..<20).map { index in delayed { try body(index) } }, returnAs: .generator)
                while try stream.next() != nil {}
            },
        ]
        for form in forms {
            backend.setWorkers(1)
            let meeting = Meeting(of: 4)
            let hasGrown = Mutex(false)
            try form { index in
                let isFirst = hasGrown.withLock { hasGrown in
                    defer { hasGrown = true }
                    return !hasGrown
                }
                if isFirst { backend.setWorkers(8) }
                // Four can meet only if workers came.
                if index < 4 { try meeting.attend() }
            }
        }
    }

    // MARK: - Nested loops

    private struct Configured: ParallelBackend {
        let nested: NestedPolicy

        var capabilities: BackendCapabilities {
            var capabilities = BackendCapabilities()
            capabilities.nested = self.nested
            return capabilities
        }

        func open(_ request: OpenRequest) -> any WorkerSession { ThreadingBackend().open(request) }
    }

    @Test("Loops inside of tasks get what the nested policy says, in every form", arguments: [1, 4])
    func nestedPolicy(_ nJobs: Int) async throws {
        let jobs: @Sendable (Int) throws -> Int = { _ in try effectiveNJobs(nil) }
        for (policy, expected) in [
            (NestedPolicy.inherited, min(nJobs, 3)), (.sequential, 1), (.named("threading", nJobs: 2), min(nJobs, 2)),
        ] {
            let call = { Parallel(nJobs: nJobs, backend: .instance(Configured(nested: policy))) }
            let scope = { (body: () throws -> [Int]) in try parallelConfig(nJobs: 3, body) }
            #expect(try scope { try call().map(0..<20, jobs) } == Array(repeating: expected, count: 20))
            let lists = try scope { try call().run((0..<20).lazy.map { delayed(jobs)($0) }) }
            #expect(lists == Array(repeating: expected, count: 20))
            let bodies = try await parallelConfig(nJobs: 3) {
                try await call()
                    .map(0..<20) { index in
                        await Task.yield()
                        return try jobs(index)
                    }
            }
            #expect(bodies == Array(repeating: expected, count: 20))
        }
    }

    @Test("A nested policy yields to what a loop inside of a task says itself")
    func explicitInside() throws {
        let call = Parallel(nJobs: 4, backend: .instance(Configured(nested: .sequential)))
        let meetings = try call.map(0..<1) { _ in
            let meeting = Meeting(of: 3)
            try Parallel(nJobs: 3, backend: "threading", batchSize: 1).forEach(0..<3) { _ in try meeting.attend() }
            return true
        }
        #expect(meetings == [true])
    }

    // MARK: - Lockstep

    @Test("On a backend that runs batches at once, everything happens in the calling thread, in order")
    func immediate() throws {
        let order = Mutex<[Int]>([])
        let call = Parallel(nJobs: 4, backend: .instance(LockstepBackend(.immediate)), batchSize: 1)
        try call.forEach(0..<50) { index in order.withLock { $0.append(index) } }
        #expect(order.withLock { $0 } == Array(0..<50))
    }

    @Test("Batches that are stepped through run when the test says, and those of a call that is over do nothing")
    func manual() throws {
        let backend = LockstepBackend(.manual)
        let stream = try Parallel(nJobs: 3, backend: .instance(backend), preDispatch: 2)
            .run((0..<10).map { index in delayed { index } }, returnAs: .generator)
        #expect(backend.waitingBatches == 2)
        #expect(backend.step(1))
        #expect(try stream.next() == 0)
        #expect(try stream.next() == 1)
        while backend.step() {}
        var outputs: [Int] = []
        while outputs.count < 8 {
            while backend.step() {}
            if let output = try stream.next() { outputs.append(output) }
        }
        #expect(outputs == Array(2..<10))
    }

    // MARK: - Batches

    @Test("A wrapped batch runs and fails as the one it wraps, under the same name")
    func wrapped() {
        let log = Mutex<[String]>([])
        let batch = Batch { log.withLock { $0.append("body") } }
        let wrapper = batch.wrapped { run in
            log.withLock { $0.append("before") }
            run()
            log.withLock { $0.append("after") }
        }
        #expect(wrapper.call == batch.call && wrapper.number == batch.number)
        #expect(!wrapper.isObsolete)
        #expect(Batch(isObsolete: { true }) {}.wrapped { $0() }.isObsolete)
        wrapper.run()
        wrapper.run()
        batch.run()
        #expect(log.withLock { $0 } == ["before", "body", "after"])
    }
}

/// Keeps a task at work for a moment.
private func pause() {
    let start = ContinuousClock.now
    while ContinuousClock.now - start < .microseconds(100) {}
}
