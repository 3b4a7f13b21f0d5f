// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Joblib
import Testing

@Suite("withPool", .timeLimit(.minutes(1)))
struct PoolsTests {
    @Test("A pool opens one session for all its calls and closes it at the end")
    func oneSession() throws {
        let probe = ProbeBackend()
        let parallel = Parallel(nJobs: 3, backend: .instance(probe))
        let sums = try parallel.withPool { pool in
            try (0..<10)
                .map { round in
                    let sum = try pool.map(0..<50) { $0 + round }.reduce(0, +)
                    #expect(probe.closed.count == 0)
                    return sum
                }
        }
        #expect(sums == (0..<10).map { 1225 + 50 * $0 })
        #expect(probe.opened.all == [3])
        #expect(probe.closed.count == 1)
    }

    @Test("Without a pool every call opens and closes its own session")
    func withoutPool() throws {
        let probe = ProbeBackend()
        let parallel = Parallel(nJobs: 3, backend: .instance(probe))
        for _ in 0..<4 { try parallel.forEach(0..<50) { _ in } }
        #expect(throws: TaskFailure.self) { try parallel.forEach(0..<50) { _ in throw Mishap() } }
        #expect(probe.opened.all == [3, 3, 3, 3, 3])
        #expect(probe.closed.count == 5)
    }

    @Test("The pool is closed when the closure throws, and goes on after a call that has failed")
    func failures() throws {
        let probe = ProbeBackend()
        #expect(throws: Mishap(number: 8)) {
            try Parallel(nJobs: 3, backend: .instance(probe))
                .withPool { pool in
                    _ = try? pool.map(0..<50) { _ in throw Mishap() }
                    #expect(try pool.map(0..<3) { $0 } == [0, 1, 2])
                    throw Mishap(number: 8)
                }
        }
        #expect(probe.opened.all == [3])
        #expect(probe.closed.count == 1)
    }

    @Test("A value that outlives its pool behaves like the one it was made from")
    func outlives() throws {
        let probe = ProbeBackend()
        let escaped = try Parallel(nJobs: 3, backend: .instance(probe)).withPool { $0 }
        #expect(try escaped.map(0..<50) { $0 } == Array(0..<50))
        #expect(probe.opened.all == [3, 3])
        #expect(probe.closed.count == 2)
    }

    @Test("The asynchronous twin holds its session across suspensions")
    func asynchronous() async throws {
        let probe = ProbeBackend()
        let sum = try await Parallel(nJobs: 3, backend: .instance(probe))
            .withPool { pool in
                let first = try await pool.map(0..<50) { $0 }
                await Task.yield()
                let second = try await pool.run(first.map { number in delayed { number } })
                return second.reduce(0, +)
            }
        #expect(sum == 1225)
        #expect(probe.opened.all == [3])
        #expect(probe.closed.count == 1)
    }

    @Test("A stream that outlives its pool keeps the session until its end", arguments: [nil, Duration.seconds(60)])
    func outlivingStream(timeout: Duration?) async throws {
        for takesAsynchronously in [false, true] {
            let probe = ProbeBackend()
            let parallel = Parallel(nJobs: 3, backend: .instance(probe), timeout: timeout)
            let stream = try parallel.withPool { pool in
                try pool((0..<50).map { number in delayed { number } }, returnAs: .generator)
            }
            #expect(probe.closed.count == 0)
            var outputs: [Int] = []
            if takesAsynchronously {
                for try await output in stream { outputs.append(output) }
            } else {
                outputs = try takeAll(stream)
            }
            #expect(outputs == Array(0..<50))
            #expect(probe.opened.all == [3])
            #expect(probe.closed.count == 1)
        }
    }

    @Test("A pool inside of a pool leaves the outer one's session open")
    func nestedPools() throws {
        let probe = ProbeBackend()
        try Parallel(nJobs: 3, backend: .instance(probe))
            .withPool { outer in
                try outer.withPool { inner in try inner.forEach(0..<50) { _ in } }
                #expect(probe.closed.count == 0)
                try outer.forEach(0..<50) { _ in }
            }
        #expect(probe.opened.all == [3])
        #expect(probe.closed.count == 1)
    }

    private func takeAll(_ stream: ParallelResults<Int>) throws -> [Int] { try stream.take() }

    @Test("A backend without workers has a pool like any other", arguments: LoopCase.all)
    func everyBackend(_ loop: LoopCase) throws {
        let results = try loop.parallel().withPool { pool in try pool.map(0..<20) { $0 } }
        #expect(results == Array(0..<20))
    }
}
