// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import Joblib
import Testing

@Suite("TaskContext", .timeLimit(.minutes(1)))
struct TaskContextTests {
    @Test("index is the position in the call, attempt is 1", arguments: LoopCase.all)
    func index(_ loop: LoopCase) throws {
        let task = delayed { TaskContext.current.map { [$0.index, $0.attempt] } }
        let expected: [[Int]?] = (0..<100).map { [$0, 1] }
        #expect(try loop.parallel()(Array(repeating: task, count: 100)) == expected)
        #expect(try loop.parallel()(repeatElement(task, count: 100)) == expected)
        #expect(try loop.parallel(batchSize: 7)(repeatElement(task, count: 100)) == expected)
        let slice = Array(0..<200)[100...]
        #expect(try loop.parallel().map(slice) { _ in TaskContext.current?.index } == Array(0..<100))
    }

    @Test("The index of forEachChunk is that of the chunk")
    func chunkIndex() throws {
        let seen = Recorder<[Int?]>()
        var numbers = [Int](repeating: 0, count: 40)
        try Parallel(nJobs: 2, batchSize: 10)
            .forEachChunk(of: &numbers) { _, range in
                seen.note([range.lowerBound / 10, TaskContext.current?.index])
            }
        #expect(seen.all.sorted { $0[0]! < $1[0]! } == (0..<4).map { [$0, $0] })
    }

    @Test("nil outside of tasks: before, after, in combine, in observers")
    func outside() throws {
        #expect(TaskContext.current == nil)
        let seen = Recorder<Bool>()
        let parallel = Parallel(nJobs: 2)
        _ = try parallel.reduce(
            0..<100,
            0,
            { (sum: Int, number: Int) in sum + number },
            { (left: Int, right: Int) in
                seen.note(TaskContext.current == nil)
                return left + right
            }
        )
        #expect(seen.all.allSatisfy { $0 })
        #expect(!seen.all.isEmpty)
        #expect(throws: TaskFailure.self) { try parallel.forEach(0..<3) { _ in throw Mishap() } }
        #expect(TaskContext.current == nil)
    }

    @Test("workerIndex is in 0 ..< nJobs, and tasks that run at once have different ones", arguments: LoopCase.all)
    func workerIndex(_ loop: LoopCase) throws {
        let jobs = loop.backend == "sequential" ? 1 : loop.nJobs
        let meeting = Meeting(of: jobs)
        let indices = try loop.parallel(batchSize: 1)
            .map(0..<jobs) { _ in
                try meeting.attend()
                return TaskContext.current?.workerIndex
            }
        #expect(Set(indices) == Set(0..<jobs))
        let many = try loop.parallel().map(0..<1000) { _ in TaskContext.current?.workerIndex ?? -1 }
        #expect(many.allSatisfy { (0..<jobs).contains($0) })
    }

    @Test("A worker keeps its index as long as it stays", arguments: LoopCase.threaded)
    func stableWorkerIndex(_ loop: LoopCase) throws {
        let meeting = Meeting(of: loop.nJobs)
        // Whoever has met stays until the others have come too, so that nobody leaves and comes back.
        let pairs =
            try loop.parallel(batchSize: 1)(
                (0..<200).lazy
                    .map { _ in
                        delayed {
                            try meeting.attend()
                            return [ThisProcess.thread, UInt(TaskContext.current?.workerIndex ?? 99)]
                        }
                    }
            )
        let byThread = Dictionary(grouping: pairs) { $0[0] }
        #expect(byThread.count == loop.nJobs)
        #expect(byThread.values.allSatisfy { Set($0).count == 1 })
    }

    @Test("isCancelled becomes true when another task fails", arguments: [2, 4])
    func isCancelled(_ nJobs: Int) throws {
        let meeting = Meeting(of: nJobs)
        let seen = Recorder<Bool>()
        #expect(throws: TaskFailure.self) {
            try Parallel(nJobs: nJobs, batchSize: 1)
                .forEach(0..<nJobs) { index in
                    let context = try #require(TaskContext.current)
                    if index != 0 { seen.note(context.isCancelled) }
                    try meeting.attend()
                    if index == 0 { throw Mishap() }
                    while !context.isCancelled { sched_yield() }
                    seen.note(context.isCancelled)
                }
        }
        #expect(seen.all.count { !$0 } == nJobs - 1)
        #expect(seen.all.count { $0 } == nJobs - 1)
    }

    @Test("A failure around a nested loop is seen inside of it")
    func isCancelledFromOutside() throws {
        let meeting = Meeting(of: 2)
        let failed = try taskFailure {
            try Parallel(nJobs: 2, batchSize: 1)
                .forEach(0..<2) { index in
                    if index == 0 {
                        try meeting.attend()
                        throw Mishap()
                    }
                    try Parallel(nJobs: 2)
                        .forEach(0..<1) { _ in
                            try meeting.attend()
                            while TaskContext.current?.isCancelled == false { sched_yield() }
                        }
                }
        }
        #expect(failed.index == 0)
        #expect(failed.underlyingError is Mishap)
    }

    @Test("A loop inside of a task has contexts of its own; the outer one is back after it", arguments: LoopCase.all)
    func nested(_ loop: LoopCase) throws {
        let indices = try loop.parallel()
            .map(0..<10) { _ in
                let before = TaskContext.current?.index
                let inner = try Parallel(nJobs: 2).map(0..<5) { _ in TaskContext.current?.index }
                return [before] + inner + [TaskContext.current?.index]
            }
        #expect(indices == (0..<10).map { [$0, 0, 1, 2, 3, 4, $0] })
    }

    @Test("Asynchronous bodies see their context across suspensions, in child tasks too")
    func asynchronous() async throws {
        let indices = try await Parallel(nJobs: 4)
            .map(0..<20) { _ in
                let before = TaskContext.current?.index
                await Task.yield()
                async let child = TaskContext.current?.index
                return [before, TaskContext.current?.index, await child]
            }
        #expect(indices == (0..<20).map { [$0, $0, $0] })
        #expect(TaskContext.current == nil)
    }
}
