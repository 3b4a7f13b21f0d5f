// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibPOSIX
import Synchronization
import Testing

@testable import JoblibCore
@testable import JoblibThreading

@Suite(.timeLimit(.minutes(1)))
struct ThreadPoolTests {
    @Test("Submissions that wait for each other get a thread each")
    func oneThreadEach() async throws {
        let pool = ThreadPool()
        let count = 8
        let meeting = Rendezvous(of: count)
        let ids = try await withThrowingTaskGroup(of: (met: Bool, id: Int).self) { group in
            for _ in 0..<count {
                group.addTask { try await pool.result { (meeting.arrive(), PlatformThread.currentID) } }
            }
            return try await group.reduce(into: Set<Int>()) { ids, thread in
                #expect(thread.met)
                ids.insert(thread.id)
            }
        }
        #expect(ids.count == count)
        #expect(!ids.contains(PlatformThread.currentID))
    }

    @Test("Threads are used again")
    func reuse() async throws {
        let pool = ThreadPool()
        let submissions = 1000
        var ids: Set<Int> = []
        for _ in 0..<submissions { ids.insert(try await pool.result { PlatformThread.currentID }) }
        // Not one alone: a thread answers a moment before it is idle.
        #expect(ids.count < submissions / 10)
    }

    @Test("What a submission captured is released when it has run, although the thread stays")
    func lifetimes() async throws {
        let pool = ThreadPool()
        for _ in 0..<3 {
            let released = WaitWord()
            try submit(Captured(released), to: pool)
            let isReleased = try await ThreadPool()
                .result {
                    let deadline = MonotonicClock.now + 5_000_000_000
                    return released.wait(while: 0, until: deadline)
                }
            #expect(isReleased)
        }
    }

    @Test("A submission made from inside of another is run")
    func nestedSubmission() async throws {
        let pool = ThreadPool()
        let meeting = Rendezvous(of: 2)
        let haveMet = try await pool.result {
            do {
                try pool.submit(Batch { meeting.arrive() })
            } catch {
                return false
            }
            return meeting.arrive()
        }
        #expect(haveMet)
    }

    @Test("Each of many submissions from many threads is run exactly once")
    func everySubmission() async throws {
        let pool = ThreadPool()
        let submitters = 4
        let each = 500
        let runs = RunCounts(submitters * each)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for submitter in 0..<submitters {
                group.addTask {
                    for number in 0..<each {
                        try await pool.result { runs.count(submitter * each + number) }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(runs.counts.allSatisfy { $0 == 1 })
    }
}

extension ThreadPool {
    /// Runs a closure on a thread of the pool and returns what it returns.
    fileprivate func result<R: Sendable>(_ body: @escaping @Sendable () -> R) async throws -> R {
        try await withCheckedThrowingContinuation { continuation in
            do {
                try self.submit(Batch { continuation.resume(returning: body()) })
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }
}

private final class RunCounts: Sendable {
    private let state: Mutex<[Int]>

    init(_ size: Int) {
        self.state = Mutex([Int](repeating: 0, count: size))
    }

    func count(_ position: Int) {
        self.state.withLock { $0[position] += 1 }
    }

    var counts: [Int] { self.state.withLock { $0 } }
}

/// Says when it is released.
private final class Captured: Sendable {
    private let released: WaitWord

    init(_ released: WaitWord) {
        self.released = released
    }

    deinit {
        self.released.advance()
    }
}

private func submit(_ captured: Captured, to pool: ThreadPool) throws {
    try pool.submit(Batch { withExtendedLifetime(captured) {} })
}
