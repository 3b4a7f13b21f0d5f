// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Joblib
import Testing

/// What is promised holds, too, where a thread runs thousands of tasks that take next to no time all by itself.
@Suite("After thousands of short tasks", .timeLimit(.minutes(2)))
struct ShortTasksTests {
    private static let short = 4000

    @Test(
        "a stream is complete, in order, and knows its tasks",
        arguments: [1, 2, 16],
        [PreDispatch.all, 1, "2*n_jobs"]
    )
    func complete(_ nJobs: Int, _ preDispatch: PreDispatch) throws {
        let tasks = (0..<Self.short).lazy.map { _ in delayed { TaskContext.current?.index } }
        let results = try Parallel(nJobs: nJobs, preDispatch: preDispatch)(tasks, returnAs: .generator)
        var areInOrder = true
        var count = 0
        while let index = try results.next() {
            areInOrder = areInOrder && index == count && TaskContext.current == nil
            count += 1
        }
        #expect(areInOrder)
        #expect(count == Self.short)
    }

    @Test("a stream ends with the task that throws, and nothing is read after it", arguments: [1, 2, 16])
    func failure(_ nJobs: Int) throws {
        let tasks = NumberedTasks()
        let sequence = tasks.sequence(0..<2 * Self.short) { if $0 == Self.short { throw Mishap() } }
        let results = try Parallel(nJobs: nJobs, preDispatch: 4)(sequence, returnAs: .generator)
        let outputs = try results.take(Self.short)
        let failure = try taskFailure { try results.next() }
        #expect(outputs == Array(0..<Self.short))
        #expect(failure.index == Self.short)
        #expect(try results.next() == nil)
        #expect(tasks.reads.count <= Self.short + 5)
    }

    @Test("tasks of a stream that wait for their neighbours meet", arguments: [2, 3, 4], GeneratorKind.all)
    func meetingInStream(_ nJobs: Int, _ kind: GeneratorKind) throws {
        let results = try Parallel(nJobs: nJobs)(Self.meetings(of: nJobs), returnAs: kind)
        #expect(try results.take().count == 2 * Self.short)
    }

    @Test("tasks of a list that wait for their neighbours meet", arguments: [2, 3, 4])
    func meetingInList(_ nJobs: Int) async throws {
        let outputs = try synchronously { try Parallel(nJobs: nJobs).run(Self.meetings(of: nJobs)) }
        #expect(outputs.count == 2 * Self.short)
        try await Self.meetOnMainActor(nJobs)
    }

    @MainActor
    private static func meetOnMainActor(_ nJobs: Int) throws {
        let count = try Parallel(nJobs: nJobs)(Self.meetings(of: nJobs)).count
        #expect(count == 2 * self.short)
    }

    @Test("tasks of a batch each that wait for their neighbours meet", arguments: [2, 3, 4])
    func meetingOneByOne(_ nJobs: Int) throws {
        let meetings = (0..<Self.short).map { _ in Meeting(of: nJobs) }
        try Parallel(nJobs: nJobs, batchSize: 1)
            .forEach(0..<Self.short * (nJobs + 1)) { index in
                if index >= Self.short { try meetings[(index - Self.short) / nJobs].attend() }
            }
        #expect(meetings.allSatisfy { $0.count == nJobs })
    }

    /// Tasks of which the second half meet, so many at a time.
    private static func meetings(of size: Int) -> some Sequence<Delayed<Int>> {
        let count = self.short / size * size
        let meetings = (0..<count / size).map { _ in Meeting(of: size) }
        return (0..<2 * self.short).lazy
            .map { index in
                delayed {
                    if index >= 2 * self.short - count {
                        try meetings[(index - (2 * self.short - count)) / size].attend()
                    }
                    return index
                }
            }
    }

    @Test("a long task holds up none of the others of a stream", arguments: [2, 4])
    func longTask(_ nJobs: Int) throws {
        let gate = Gate()
        let ended = Tally()
        let tasks = (0..<2 * Self.short).lazy
            .map { index in
                delayed {
                    if index == Self.short { try gate.pass() } else { ended.add() }
                    // The last of those that the window lets in while the long one runs.
                    if index == Self.short + 3 { gate.open() }
                    return index
                }
            }
        let results = try Parallel(nJobs: nJobs, preDispatch: 8)(tasks, returnAs: .generator)
        #expect(try results.take() == Array(0..<2 * Self.short))
    }

    @Test("a consumer in another scope than the caller gets all results, computed in the caller's", arguments: [1, 2])
    func otherScope(_ nJobs: Int) throws {
        let results = try parallelConfig(nJobs: 5) {
            let tasks = (0..<Self.short).lazy.map { _ in delayed { try effectiveNJobs(nil) } }
            return try Parallel(nJobs: nJobs)(tasks, returnAs: .generator)
        }
        let inside = try parallelConfig(nJobs: 3) { try results.take(Self.short / 2) }
        let outside = try results.take()
        #expect(inside.count + outside.count == Self.short)
        #expect((inside + outside).allSatisfy { $0 == min(5, nJobs) })
    }

    @Test("two consumers share a stream, and neither starves when the other stays away", arguments: [1, 2, 4])
    func twoConsumers(_ nJobs: Int) throws {
        let results = try Parallel(nJobs: nJobs)(NumberedTasks().sequence(0..<Self.short), returnAs: .generator)
        #expect(try results.take(Self.short / 2).count == Self.short / 2)
        let taken = Recorder<Int>()
        inThreads(2) { _ in
            while let output = try? results.next() { taken.note(output) }
        }
        #expect(Set(taken.all) == Set(Self.short / 2..<Self.short))
        #expect(taken.all.count == Self.short / 2)
    }

    @Test("a stream may be consumed by turns with and without blocking", arguments: [1, 2, 4])
    func mixedConsumers(_ nJobs: Int) async throws {
        let results = try Parallel(nJobs: nJobs)(NumberedTasks().sequence(0..<Self.short), returnAs: .generator)
        var outputs = try synchronously { try results.take(Self.short / 2) }
        var iterator = results.makeAsyncIterator()
        for _ in 0..<100 { if let output = try await iterator.next() { outputs.append(output) } }
        outputs += try synchronously { try results.take() }
        #expect(outputs == Array(0..<Self.short))
    }

    @Test("what a stream has captured is let go of with it", arguments: [1, 2, 4])
    func release(_ nJobs: Int) throws {
        let released = Tally()
        try {
            let captured = Canary(released)
            let tasks = (0..<2 * Self.short).lazy.map { index in delayed { (index, captured).0 } }
            let results = try Parallel(nJobs: nJobs)(tasks, returnAs: .generator)
            #expect(try results.take(Self.short).count == Self.short)
        }()
        try released.reach(1)
    }

    @Test("no task is lost whose worker's replacement is lost, too")
    func replacements() throws {
        let gate = Gate()
        defer { gate.open() }
        let attempts = (0..<3000).map { _ in Tally() }
        let outputs = try Parallel(nJobs: 2, timeout: .milliseconds(60), retries: 3)
            .map(0..<3000) { index in
                let isFirst = attempts[index].add() == 1
                if isFirst, index == 0 || index == 2900 || index == 2950 || index == 2999 { try gate.pass() }
                return index
            }
        #expect(outputs == Array(0..<3000))
    }

    @Test("a value that has decided follows a new registration of its backend")
    func registration() throws {
        let first = ProbeBackend()
        let name = registerUnderFreshName(first)
        let call = Parallel(nJobs: 2, backend: .named(name))
        for _ in 0..<3 { try call.forEach(0..<10) { _ in } }
        let second = ProbeBackend()
        registerParallelBackend(name) { _ in second }
        try call.forEach(0..<10) { _ in }
        #expect(first.opened.all.count == 3)
        #expect(second.opened.all.count == 1)
    }
}
