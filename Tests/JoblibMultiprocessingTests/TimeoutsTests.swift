// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Glibc
import Joblib
import JoblibPOSIX
import Testing

@Suite("Time limits and ends of forked workers", .timeLimit(.minutes(1)))
struct TimeoutsTests {
    @inline(never)
    private static func spinForever() {
        while opaque(true) {}
    }

    @Test("A task that runs too long is ended, with its process, and says where it was")
    func killed() throws {
        let call = Parallel(nJobs: 2, backend: .multiprocessing, timeout: .milliseconds(300))
        let failure = try taskFailure {
            try call.map(0..<4) { index in
                if index == 2 { Self.spinForever() }
                return index
            }
        }
        #expect(failure.index == 2 && failure.reason == .timedOut)
        #expect((failure.underlyingError as? TaskTimeout)?.limit == .milliseconds(300))
        #expect(kill(pid_t(failure.worker.pid), 0) == -1)
        #expect(failure.remoteTrace?.contains("spinForever") == true)
    }

    @Test("A task that waits in the kernel does not go on when it is asked where it is")
    func sleeping() throws {
        let call = Parallel(nJobs: 2, backend: .multiprocessing, timeout: .milliseconds(200))
        let failure = try taskFailure {
            try call.map(0..<3) { index in
                if index == 1 { sleep(60) }
                return "\(index)"
            }
        }
        #expect(failure.index == 1 && failure.reason == .timedOut)
    }

    @Test("A result that takes for ever to encode is within the limit, too")
    func encoding() throws {
        struct Endless: Codable {
            var number: Int
            var text = ""

            init(_ number: Int) { self.number = number }

            init(from decoder: any Decoder) throws { self.init(try Int(from: decoder)) }

            func encode(to encoder: any Encoder) throws {
                while opaque(self.number == 1) {}
                try self.number.encode(to: encoder)
            }
        }
        let call = Parallel(nJobs: 2, backend: .multiprocessing, timeout: .milliseconds(200))
        let failure = try taskFailure { try call.map(0..<3) { Endless($0) } }
        #expect(failure.index == 1 && failure.reason == .timedOut)
    }

    @Test("Each task runs once, however slowly the parent takes its result")
    func once() throws {
        struct Slow: Codable {
            var text: String

            init(_ text: String) { self.text = text }

            init(from decoder: any Decoder) throws {
                self.text = try decoder.singleValueContainer().decode(String.self)
                usleep(5000)
            }

            func encode(to encoder: any Encoder) throws {
                var container = encoder.singleValueContainer()
                try container.encode(self.text)
            }
        }
        let counters = try SharedCounters()
        let results = try forking.map(0..<40) { index in
            counters.add(0)
            return Slow(String(repeating: "x", count: 20_000 + index))
        }
        #expect(results.map(\.text.utf8.count) == (0..<40).map { 20_000 + $0 })
        #expect(counters.value(0) == 40)
    }

    @Test("Calls let go of the memory that they have shared")
    func memory() throws {
        let shared = { () -> Int in
            let status = try #require(try? String(contentsOfFile: "/proc/self/status", encoding: .utf8))
            let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("RssShmem:") })
            return Int(line.split(separator: " ").dropLast().last.map { $0.filter(\.isNumber) } ?? "") ?? 0
        }
        _ = try forking.map(0..<100_000) { Double($0) }
        let before = try shared()
        for _ in 0..<10 { _ = try forking.map(0..<100_000) { Double($0) } }
        // The threads that have waited for the workers let go of a call a moment after it has returned.
        let deadline = MonotonicClock.now + 10_000_000_000
        while try shared() - before >= 800, MonotonicClock.now < deadline { usleep(10_000) }
        #expect(try shared() - before < 800)
    }

    @Test("What is left of its batch goes on, and an attempt that runs too long may be tried again")
    func others() throws {
        let call = Parallel(nJobs: 2, backend: .multiprocessing, timeout: .milliseconds(300), retries: 1)
        let attempts = try call.map(0..<8) { index in
            if index == 2, TaskContext.current!.attempt == 1 { Self.spinForever() }
            return TaskContext.current!.attempt
        }
        #expect(attempts == [1, 1, 2, 1, 1, 1, 1, 1])
        let results = try Parallel(nJobs: 2, backend: .multiprocessing, timeout: .milliseconds(300))
            .results(
                (0..<8).lazy
                    .map { index in
                        delayed { () -> Int in
                            if index == 5 { Self.spinForever() }
                            return index
                        }
                    }
            )
        #expect(results.map { try? $0.get() } == [0, 1, 2, 3, 4, nil, 6, 7])
    }

    @Test("After a failure the workers that do not look are ended, and the call returns")
    func failing() throws {
        let counters = try SharedCounters()
        let start = MonotonicClock.now
        let failure = try taskFailure {
            try forking.map(0..<2) { index in
                counters.add(0)
                counters.reach(2)
                if index == 0 { throw Mishap.number(0) }
                Self.spinForever()
            }
        }
        #expect(failure.index == 0)
        // Two seconds of grace are promised.
        #expect(MonotonicClock.now - start < 15_000_000_000)
    }

    @Test("A task that looks whether it is cancelled ends by itself")
    func looking() throws {
        let counters = try SharedCounters()
        _ = try taskFailure {
            try forking.map(0..<2) { index in
                counters.add(0)
                counters.reach(2)
                if index == 0 { throw Mishap.number(0) }
                while !TaskContext.current!.isCancelled { usleep(1000) }
                counters.add(1)
            }
        }
        #expect(counters.value(1) == 1)
    }

    @Test("A cancelled call ends, and its workers with it")
    func cancelled() async throws {
        let counters = try SharedCounters()
        let call = Task {
            try await forking.map(0..<2) { _ in
                counters.add(0)
                while !TaskContext.current!.isCancelled { usleep(1000) }
            }
        }
        while counters.value(0) < 2 { await Task.yield() }
        call.cancel()
        await #expect(throws: CancellationError.self) { _ = try await call.value }
    }

    @Test("A stream that is let go of ends its workers")
    func abandonedStream() throws {
        let counters = try SharedCounters()
        do {
            let stream = try forking(
                (0..<1000).lazy
                    .map { index in
                        delayed { () -> Int in
                            counters.add(0)
                            return index
                        }
                    },
                returnAs: .generator
            )
            _ = try stream.next()
        }
        #expect(counters.value(0) < 1000)
    }

    @Test("Calls leave no process and no descriptor behind")
    func holdings() throws {
        _ = try forking.map(0..<10) { $0 }
        let before = ProcessHoldings()
        for _ in 0..<20 {
            _ = try forking.map(0..<10) { "\($0)" }
            _ = try? forking.map(0..<10) { if $0 == 3 { abort() } }
            _ = try? forking.map(0..<10) { if $0 == 3 { throw Mishap.number(3) } }
        }
        let after = ProcessHoldings()
        #expect(after.children.count <= before.children.count)
        #expect(after.descriptors.count <= before.descriptors.count)
    }

    @Test("Many calls at once, from threads that allocate and print meanwhile")
    func concurrentCalls() async throws {
        try await withThrowingTaskGroup { group in
            for thread in 0..<8 {
                group.addTask {
                    for call in 0..<8 {
                        let outputs = try await forking.map(0..<20) {
                            [String(repeating: "x", count: $0), "\(thread)"]
                        }
                        #expect(outputs.count == 20 && outputs[5] == ["xxxxx", "\(thread)"], "call \(call)")
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    @Test("What workers print arrives line by line")
    func output() throws {
        // What the lines look like the tests of the probe say; here nothing may be lost or hang.
        try forking.forEach(0..<4) { index in
            print(String(repeating: "\(index)", count: 2000))
        }
    }
}
