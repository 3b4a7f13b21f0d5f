// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import Joblib
import Testing

@Suite("timeout", .timeLimit(.minutes(1)))
struct TimeoutsTests {
    private static let limit = Duration.milliseconds(200)

    /// Keeps a task running until the test lets go, and tells when it has come and gone.
    private final class Stuck: Sendable {
        let entered = Tally()
        let left = Tally()
        private let gate = Gate()

        func hold() throws {
            self.entered.add()
            defer { self.left.add() }
            try self.gate.pass()
        }

        /// Lets the tasks go on and waits until they have.
        func release() throws {
            self.gate.open()
            try self.left.reach(self.entered.count)
        }
    }

    @Test("The call throws .timedOut while the task still runs", arguments: [1, 2, 4])
    func throwsWhileRunning(_ nJobs: Int) throws {
        let stuck = Stuck()
        let start = ContinuousClock.now
        let failed = try taskFailure {
            try Parallel(nJobs: nJobs, timeout: Self.limit)
                .map(["fine", "stuck"]) { name in
                    if name == "stuck" { try stuck.hold() }
                    return name
                }
        }
        let elapsed = ContinuousClock.now - start
        #expect(stuck.entered.count == 1)
        #expect(stuck.left.count == 0)
        #expect(failed.reason == .timedOut)
        #expect(failed.index == 1)
        #expect(failed.arguments == "\"stuck\"")
        #expect((failed.underlyingError as? TaskTimeout)?.limit == Self.limit)
        #expect(elapsed >= Self.limit)
        #expect(elapsed < Self.limit * 5)
        try stuck.release()
    }

    @Test("Lists of tasks have the same limit", arguments: [1, 2])
    func lists(_ nJobs: Int) throws {
        let call = delayed { (stuck: Stuck?, _: Int) throws -> Int in
            try stuck?.hold()
            return 1
        }
        for lazily in [false, true] {
            let stuck = Stuck()
            let tasks = (0..<20).map { call($0 == 3 ? stuck : nil, $0) }
            let parallel = Parallel(nJobs: nJobs, timeout: Self.limit)
            let failed = try taskFailure { try lazily ? parallel(tasks.lazy.map { $0 }) : parallel(tasks) }
            #expect(failed.reason == .timedOut)
            #expect(failed.index == 3)
            #expect(failed.arguments.hasSuffix(", 3"))
            #expect(stuck.left.count == 0)
            try stuck.release()
        }
    }

    @Test("The limit is for one task from its start, not for the call")
    func perTask() throws {
        // Longer than the limit together, far below it each.
        let results = try Parallel(nJobs: 1, timeout: .seconds(1))
            .map(0..<20) { index in
                usleep(60_000)
                return index
            }
        #expect(results == Array(0..<20))
    }

    @Test("A limit that no task reaches changes no result", arguments: LoopCase.all)
    func unreached(_ loop: LoopCase) throws {
        let parallel = loop.parallel(timeout: .seconds(3600))
        var numbers = Array(0..<100)
        #expect(try parallel.map(0..<300) { $0 } == Array(0..<300))
        #expect(try parallel((0..<300).lazy.map { index in delayed { index } }) == Array(0..<300))
        #expect(try parallel.reduce(0..<300, 0, { $0 + $1 }, { $0 + $1 }) == 44_850)
        try parallel.forEachChunk(of: &numbers) { span, _ in for index in span.indices { span[index] += 1 } }
        #expect(numbers == Array(1...100))
        let longest = loop.parallel(timeout: .seconds(Int64.max))
        #expect(try longest.map(0..<3) { $0 } == [0, 1, 2])
    }

    @Test("A following call works while the stuck task is still running", arguments: [1, 2, 4])
    func followingCall(_ nJobs: Int) throws {
        let stuck = Stuck()
        let parallel = Parallel(nJobs: nJobs, timeout: Self.limit)
        #expect(try taskFailure { try parallel.forEach(0..<1) { _ in try stuck.hold() } }.reason == .timedOut)
        let meeting = Meeting(of: nJobs)
        let threads = try Parallel(nJobs: nJobs, batchSize: 1)
            .map(0..<nJobs) { _ in
                try meeting.attend()
                return ThisProcess.thread
            }
        #expect(Set(threads).count == nJobs)
        #expect(stuck.left.count == 0)
        try stuck.release()
    }

    @Test("The slot of a stuck task is used by no other task meanwhile", arguments: [1, 2, 4])
    func slotIsNotReused(_ nJobs: Int) throws {
        let stuck = Stuck()
        let held = Monitor<(worker: Int?, thread: UInt)>((nil, 0))
        let results = try Parallel(nJobs: nJobs, timeout: Self.limit)
            .results(
                (0..<40)
                    .map { index in
                        delayed { () throws -> (worker: Int?, thread: UInt) in
                            let place = (worker: TaskContext.current?.workerIndex, thread: ThisProcess.thread)
                            if index == 0 {
                                held.update { $0 = place }
                                try stuck.hold()
                            } else if index > nJobs {
                                // Those that run for certain after the stuck one has started.
                                try stuck.entered.reach(1)
                            }
                            return place
                        }
                    }
            )
        #expect(stuck.left.count == 0)
        let after = try results.dropFirst(nJobs + 1).map { try $0.get() }
        #expect(!after.contains { $0.thread == held.value.thread })
        #expect(!after.contains { $0.worker == held.value.worker })
        #expect(try taskFailure { try results[0].get() }.reason == .timedOut)
        try stuck.release()
    }

    @Test("results completes the other tasks, also when several are stuck", arguments: [1, 2, 4])
    func resultsGoOn(_ nJobs: Int) throws {
        for lazily in [false, true] {
            let stuck = Stuck()
            let tasks = (0..<30)
                .map { index in
                    delayed { () throws -> Int in
                        if index == 2 || index == 7 { try stuck.hold() }
                        return index
                    }
                }
            let parallel = Parallel(nJobs: nJobs, timeout: Self.limit)
            let results = try lazily ? parallel.results(tasks.lazy.map { $0 }) : parallel.results(tasks)
            #expect(results.compactMap { try? $0.get() } == (0..<30).filter { $0 != 2 && $0 != 7 })
            for index in [2, 7] {
                let failed = try taskFailure { try results[index].get() }
                #expect(failed.reason == .timedOut)
                #expect(failed.index == index)
            }
            #expect(stuck.left.count == 0)
            try stuck.release()
        }
    }

    @Test("A task that ran out of time is retried on another thread", arguments: [1, 2])
    func retried(_ nJobs: Int) throws {
        for lazily in [false, true] {
            let stuck = Stuck()
            let task = delayed { () throws -> Int in
                let attempt = TaskContext.current?.attempt ?? 0
                if attempt == 1 { try stuck.hold() }
                return attempt
            }
            let parallel = Parallel(nJobs: nJobs, timeout: Self.limit, retries: 1)
            #expect(try lazily ? parallel(repeatElement(task, count: 1)) == [2] : parallel([task]) == [2])
            #expect(stuck.left.count == 0)
            try stuck.release()
        }
    }

    @Test("A task that runs out of time at every attempt fails at its last")
    func retriedInVain() throws {
        let stuck = Stuck()
        let parallel = Parallel(nJobs: 1, timeout: Self.limit, retries: 2)
        let failed = try taskFailure { try parallel.forEach(0..<1) { _ in try stuck.hold() } }
        #expect(failed.reason == .timedOut)
        #expect(failed.attempt == 3)
        #expect(stuck.entered.count == 3)
        try stuck.release()
    }

    @Test("What a stuck task returns in the end appears nowhere")
    func lateResult() throws {
        let stuck = Stuck()
        let results = Recorder<Int>()
        let events = Recorder<ParallelEvent>()
        let parallel = Parallel(nJobs: 1, progress: .observer { events.note($0) }, timeout: Self.limit)
        #expect(throws: TaskFailure.self) {
            let outputs = try parallel.map(0..<3) { index in
                if index == 1 { try stuck.hold() }
                return index
            }
            for output in outputs { results.note(output) }
        }
        let seen = events.all.count
        try stuck.release()
        try Parallel(nJobs: 4).forEach(0..<100) { _ in }
        #expect(events.all.count == seen)
        #expect(events.all.last?.kind == .done)
        #expect(results.all.isEmpty)
    }

    @Test("isCancelled tells a stuck task that nobody waits for it any more")
    func isCancelled() throws {
        let left = Tally()
        let failed = try taskFailure {
            try Parallel(nJobs: 1, timeout: Self.limit)
                .forEach(0..<1) { _ in
                    while TaskContext.current?.isCancelled == false { sched_yield() }
                    left.add()
                }
        }
        #expect(failed.reason == .timedOut)
        try left.reach(1)
    }

    @Test("The sequential backend finds out when the task returns")
    func sequential() throws {
        let ran = Tally()
        let failed = try taskFailure {
            try Parallel(backend: "sequential", timeout: .milliseconds(20))
                .forEach(0..<3) { index in
                    if index == 1 { usleep(60_000) }
                    ran.add()
                }
        }
        #expect(failed.reason == .timedOut)
        #expect(failed.index == 1)
        #expect(ran.count == 2)
    }

    @Test("forEachChunk, which lends the caller's memory, waits for the chunk and throws then", arguments: [1, 2, 4])
    func chunksWait(_ nJobs: Int) throws {
        let running = Tally()
        var numbers = [Int](repeating: 0, count: 64)
        let failed = try taskFailure {
            try Parallel(nJobs: nJobs, timeout: .milliseconds(20), batchSize: 32)
                .forEachChunk(of: &numbers) { span, range in
                    running.add()
                    defer { running.add(-1) }
                    if range.lowerBound == 0 { usleep(60_000) }
                    for index in span.indices { span[index] = 1 }
                }
        }
        #expect(failed.reason == .timedOut)
        #expect(failed.index == 0)
        #expect(running.count == 0)
        #expect(numbers[0] == 1)
    }
}
