// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import Joblib
import Testing

@Suite("Asynchronous bodies", .timeLimit(.minutes(1)))
struct AsyncBodiesTests {
    @Test("nJobs bodies are unfinished at once, and never more", arguments: [1, 2, 4, 16])
    func atOnce(_ nJobs: Int) async throws {
        let (meeting, unfinished) = (Meeting(of: nJobs), Monitor((current: 0, maximum: 0)))
        try await Parallel(nJobs: nJobs)
            .forEach(0..<nJobs * 3) { _ in
                unfinished.update { $0 = ($0.current + 1, max($0.maximum, $0.current + 1)) }
                // They block: threads of the backend may.
                try meeting.attend()
                await Task.yield()
                unfinished.update { $0.current -= 1 }
            }
        #expect(unfinished.value.maximum == nJobs)
    }

    @Test("Loops inside of bodies and the bodies themselves together keep to nJobs", arguments: [2, 3, 4])
    func budget(_ nJobs: Int) async throws {
        for _ in 0..<30 {
            let running = Occupancy()
            try await Parallel(nJobs: nJobs)
                .forEach(0..<3 * nJobs) { _ in
                    await Task.yield()
                    try Self.innerLoop(nJobs, running)
                }
            #expect(running.maximum <= nJobs)
        }
    }

    private static func innerLoop(_ nJobs: Int, _ running: Occupancy) throws {
        try Parallel(nJobs: nJobs, batchSize: 1).forEach(0..<4) { _ in running.during { _ = usleep(100) } }
    }

    @Test(
        "Any time limit is fine, as in the synchronous forms",
        arguments: [Duration.seconds(Int64.max), .seconds(1e10)]
    )
    func hugeTimeout(_ limit: Duration) async throws {
        let outputs = try await Parallel(nJobs: 2, timeout: limit)
            .map(0..<3) { number in
                await Task.yield()
                return number
            }
        #expect(outputs == [0, 1, 2])
    }

    @Test("Bodies run on the backend's threads, after suspensions too", arguments: [1, 2, 4])
    func threads(_ nJobs: Int) async throws {
        let names = try await Parallel(nJobs: nJobs)
            .map(0..<20) { _ in
                let before = threadName()
                await Task.yield()
                try await Task.sleep(for: .nanoseconds(1))
                return [before, threadName()]
            }
        #expect(names.joined().allSatisfy { $0.hasPrefix("joblib") })
    }

    @Test("The failure that comes first in time is thrown, its siblings are cancelled and awaited", arguments: [2, 4])
    func failure(_ nJobs: Int) async throws {
        let (begun, ended, cancelled) = (Tally(), Tally(), Tally())
        let failed = await #expect(throws: TaskFailure.self) {
            try await Parallel(nJobs: nJobs)
                .forEach(0..<100) { index in
                    begun.add()
                    defer { ended.add() }
                    if index == nJobs - 1 {
                        try begun.reach(nJobs)
                        throw Mishap(number: index)
                    }
                    do {
                        try await Task.sleep(for: .seconds(3600))
                    } catch {
                        cancelled.add()
                        throw error
                    }
                }
        }
        #expect(failed?.index == nJobs - 1)
        #expect(failed?.arguments == "\(nJobs - 1)")
        #expect(failed?.underlyingError as? Mishap == Mishap(number: nJobs - 1))
        #expect(begun.count == nJobs)
        #expect(ended.count == nJobs)
        #expect(cancelled.count == nJobs - 1)
    }

    @Test("TaskContext is that of the body, across suspensions; seeds are those of the synchronous form")
    func context() async throws {
        let parallel = Parallel(nJobs: 3, seed: 7)
        let seen = try await parallel.map(0..<40) { _ in
            let before = TaskContext.current
            await Task.yield()
            let context = TaskContext.current
            #expect(before?.index == context?.index)
            #expect((0..<3).contains(context?.workerIndex ?? -1))
            let generator = context?.randomNumberGenerator
            return [UInt64(context?.index ?? -1), generator?.next() ?? 0]
        }
        let expected = try await offThePool {
            try parallel.map(0..<40) { index in
                [UInt64(index), TaskContext.current?.randomNumberGenerator.next() ?? 0]
            }
        }
        #expect(seen == expected)
        #expect(TaskContext.current == nil)
    }

    @Test("A body that runs too long is cancelled and awaited", arguments: [1, 2])
    func timeout(_ nJobs: Int) async throws {
        let (limit, ended) = (Duration.milliseconds(200), Tally())
        let failed = await #expect(throws: TaskFailure.self) {
            try await Parallel(nJobs: nJobs, timeout: limit)
                .forEach(0..<3) { index in
                    guard index == 1 else { return }
                    // Measured in here: the task that called may have to wait for a thread of the test runner's.
                    let start = ContinuousClock.now
                    defer { ended.add(ContinuousClock.now - start >= limit ? 1 : 1_000) }
                    try await Task.sleep(for: .seconds(3600))
                }
        }
        #expect(failed?.reason == .timedOut)
        #expect(failed?.index == 1)
        #expect(ended.count == 1)
    }

    @Test("Retries", arguments: [1, 2, 4])
    func retries(_ nJobs: Int) async throws {
        let attempts = try await Parallel(nJobs: nJobs, retries: 2)
            .map(0..<20) { index in
                await Task.yield()
                let attempt = TaskContext.current?.attempt ?? 0
                if attempt <= index % 3 { throw Mishap(number: index) }
                return attempt
            }
        #expect(attempts == (0..<20).map { $0 % 3 + 1 })
    }

    @Test("Synchronous loops inside of bodies keep to the budget", arguments: [1, 2, 4])
    func nested(_ nJobs: Int) async throws {
        let occupancy = Occupancy()
        let sums = try await Parallel(nJobs: nJobs)
            .map(0..<8) { index in
                await Task.yield()
                return try sum(from: index, occupancy)
            }
        #expect(sums == (0..<8).map { 1225 + 50 * $0 })
        #expect(occupancy.maximum <= nJobs)
    }
}

private func threadName() -> String {
    guard let file = fopen("/proc/thread-self/comm", "r") else { return "" }
    defer { fclose(file) }
    var name = [UInt8](repeating: 0, count: 32)
    let count = fread(&name, 1, name.count, file)
    return String(decoding: name.prefix(count), as: UTF8.self)
}

private func sum(from start: Int, _ occupancy: Occupancy) throws -> Int {
    try Parallel(nJobs: 4).map(0..<50) { index in occupancy.during { start + index } }.reduce(0, +)
}
