// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import Joblib
import Testing

@Suite("Failures of tasks", .timeLimit(.minutes(1)))
struct TaskFailuresTests {
    // MARK: - What is reported

    @Test("A failure has the index, the element and the very error, from map", arguments: LoopCase.all)
    func fromMap(_ loop: LoopCase) throws {
        let error = ErrorObject()
        let names = (0..<20).map { "item \($0)" }
        let failed = try taskFailure {
            try loop.parallel()
                .map(names) { name in
                    if name == "item 13" { throw error }
                    return name
                }
        }
        #expect(failed.index == 13)
        #expect(failed.arguments == "\"item 13\"")
        #expect(failed.underlyingError as? ErrorObject === error)
        #expect(failed.reason == .threw)
        #expect(failed.attempt == 1)
        #expect(failed.worker.pid == Int(getpid()))
        #expect(!failed.worker.host.isEmpty)
    }

    @Test("A failure has the index of the element, not its position in the base, from a slice")
    func fromSlice() throws {
        let failed = try taskFailure {
            try Parallel(nJobs: 2).forEach(Array(0..<100)[40..<60]) { if $0 == 45 { throw Mishap() } }
        }
        #expect(failed.index == 5)
        #expect(failed.arguments == "45")
    }

    @Test("A failure has the arguments of a delayed call, from arrays and lazy input", arguments: LoopCase.all)
    func fromDelayed(_ loop: LoopCase) throws {
        let call = delayed { (a: Int, b: String, c: [Double], d: Int?) in throw Mishap(number: a) }
        let tasks = (0..<5).map { call($0 + 3, "two\n\"lines\"", [1, 2.5], nil) }
        for body in [{ try loop.parallel()(Array(tasks[...0])) }, { try loop.parallel()(tasks[...0].lazy.map { $0 }) }]
        {
            let failed = try taskFailure(body)
            #expect(failed.index == 0)
            #expect(failed.arguments == #"3, "two\n\"lines\"", [1.0, 2.5], nil"#)
            #expect(failed.underlyingError as? Mishap == Mishap(number: 3))
        }
    }

    @Test("The arguments of a closure are empty", arguments: LoopCase.all)
    func closure(_ loop: LoopCase) throws {
        let secret = "captured"
        let task = delayed { if secret == "captured" { throw Mishap() } }
        #expect(try taskFailure { try loop.parallel()([task]) }.arguments == "")
        #expect(try taskFailure { try loop.parallel()(repeatElement(task, count: 1)) }.arguments == "")
    }

    @Test("Arguments are at most 1,000 characters, however long they are")
    func longArguments() throws {
        let long = String(repeating: "x", count: 100_000)
        let wide = Array(0..<100_000)
        let texts = try [
            taskFailure { try Parallel().forEach([long]) { _ in throw Mishap() } },
            taskFailure { try Parallel().forEach([wide]) { _ in throw Mishap() } },
            taskFailure { try Parallel().forEach([[long, long]]) { _ in throw Mishap() } },
            taskFailure { try Parallel()([delayed { (_: String, _: String) in throw Mishap() }(long, long)]) },
        ]
        .map(\.arguments)
        for text in texts {
            #expect(text.count <= 1000)
            #expect(text.count > 20)
        }
        #expect(texts[1].contains("100000 elements"))
    }

    @Test("Arguments are rendered for a failure only")
    func renderedLate() throws {
        let rendered = Tally()
        let argument = TellTale(rendered: rendered)
        let good = delayed { (_: TellTale) in 1 }
        _ = try Parallel(nJobs: 2)((0..<50).map { _ in good(argument) })
        _ = try Parallel(nJobs: 2).map(Array(repeating: argument, count: 50)) { _ in 1 }
        #expect(rendered.count == 0)
        #expect(try taskFailure { try Parallel().forEach([argument]) { _ in throw Mishap() } }.arguments == "told")
        #expect(rendered.count == 1)
    }

    @Test("The index of a failed part is reported by forEachChunk and reduce", arguments: LoopCase.all)
    func parts(_ loop: LoopCase) throws {
        var numbers = Array(0..<100)
        let chunk = try taskFailure {
            try loop.parallel(batchSize: 10)
                .forEachChunk(of: &numbers) { _, range in
                    if range.contains(35) { throw Mishap() }
                }
        }
        #expect(chunk.index == 3)
        let part = try taskFailure {
            try loop.parallel()
                .reduce(
                    0..<100,
                    0,
                    { (sum: Int, number: Int) throws -> Int in
                        if number == 35 { throw Mishap() }
                        return sum + number
                    },
                    { $0 + $1 }
                )
        }
        #expect(part.index == 35)
        #expect(part.underlyingError is Mishap)
    }

    @Test("What combine throws, reduce throws", arguments: LoopCase.all)
    func combine(_ loop: LoopCase) {
        #expect(throws: Mishap(number: 4)) {
            try loop.parallel()
                .reduce(
                    0..<100,
                    0,
                    { (sum: Int, number: Int) -> Int in sum + number },
                    { (_: Int, _: Int) throws -> Int in throw Mishap(number: 4) }
                )
        }
    }

    @Test("The description says which task, with what, how and why")
    func description() throws {
        let failed = try taskFailure {
            try Parallel().forEach(["a", "b"]) { if $0 == "b" { throw Mishap(number: 9) } }
        }
        #expect(failed.description == "task 1 (\"b\") threw: Mishap(number: 9)")
    }

    // MARK: - Which one

    @Test("The failure that came first in time is thrown, not the one with the lowest index")
    func firstInTime() throws {
        for task in [0, 3] {
            let thrown = Gate()
            let failed = try taskFailure {
                try Parallel(nJobs: 4, batchSize: 1)
                    .forEach(0..<4) { index in
                        if index == task {
                            // The error is on its way; the other tasks wait until the call has been told.
                            thrown.open()
                            throw Mishap(number: index)
                        }
                        try thrown.pass()
                        while TaskContext.current?.isCancelled == false { sched_yield() }
                        throw Mishap(number: index)
                    }
            }
            #expect(failed.index == task)
            #expect(failed.underlyingError as? Mishap == Mishap(number: task))
        }
    }

    @Test("The failure that came first in time is thrown, of lazy input too")
    func firstInTimeLazily() throws {
        let failed = try taskFailure {
            try Parallel(nJobs: 3)(
                (0..<3).lazy
                    .map { index in
                        delayed {
                            while index < 2, TaskContext.current?.isCancelled == false { sched_yield() }
                            throw Mishap(number: index)
                        }
                    }
            )
        }
        #expect(failed.index == 2)
    }

    // MARK: - What goes on

    @Test("When the call has thrown nothing of it runs any more", arguments: LoopCase.threaded)
    func runningTasksAreJoined(_ loop: LoopCase) throws {
        let (running, started) = (Tally(), Tally())
        let meeting = Meeting(of: loop.nJobs)
        #expect(throws: TaskFailure.self) {
            try loop.parallel(batchSize: 1)
                .forEach(0..<1000) { index in
                    started.add()
                    running.add()
                    defer { running.add(-1) }
                    try meeting.attend()
                    if index == 0 { throw Mishap() }
                    while TaskContext.current?.isCancelled == false { sched_yield() }
                }
        }
        #expect(running.count == 0)
        #expect(started.count == loop.nJobs)
    }

    @Test("Tasks not yet started when one fails stay so, of lazy input too", arguments: LoopCase.threaded)
    func nothingStarts(_ loop: LoopCase) throws {
        let (started, running) = (Tally(), Tally())
        let meeting = Meeting(of: loop.nJobs)
        #expect(throws: TaskFailure.self) {
            try loop.parallel()(
                (0..<1000).lazy
                    .map { index in
                        delayed {
                            started.add()
                            running.add()
                            defer { running.add(-1) }
                            try meeting.attend()
                            if index == 0 { throw Mishap() }
                            while TaskContext.current?.isCancelled == false { sched_yield() }
                        }
                    }
            )
        }
        #expect(running.count == 0)
        #expect(started.count == loop.nJobs)
    }

    @Test("The sequential backend stops at the first failure")
    func sequential() throws {
        let seen = Recorder<Int>()
        let failed = try taskFailure {
            try Parallel(nJobs: 4, backend: "sequential")
                .forEach(0..<100) { index in
                    seen.note(index)
                    if index >= 7 { throw Mishap() }
                }
        }
        #expect(failed.index == 7)
        #expect(seen.all == Array(0...7))
    }

    @Test("A second call after an error sees nothing of the first (BUG-1)", arguments: LoopCase.all)
    func secondCall(_ loop: LoopCase) throws {
        let parallel = loop.parallel(preDispatch: .all, batchSize: 1)
        for round in 0..<20 {
            let failing = (0..<200)
                .map { index in
                    delayed { () throws -> Int in
                        if index == 0 { throw Mishap() }
                        return index
                    }
                }
            let lazily = round.isMultiple(of: 2)
            #expect(throws: TaskFailure.self) {
                try lazily ? parallel(failing.lazy.map { $0 }) : parallel(failing)
            }
            let good = (100..<103).map { number in delayed { number } }
            #expect(
                try lazily ? parallel(good.lazy.map { $0 }) == [100, 101, 102] : parallel(good) == [100, 101, 102]
            )
        }
    }

    // MARK: - Traces

    @Test("Without verbose the trace says how to get one", arguments: LoopCase.all)
    func traceOff(_ loop: LoopCase) throws {
        let failed = try taskFailure { try loop.parallel().forEach(0..<3) { _ in throw Mishap() } }
        #expect(try #require(failed.remoteTrace).contains("verbose"))
        #expect(try #require(failed.remoteTrace).contains("10"))
    }

    @Test("With verbose 10 the trace names the function that threw", arguments: [1, 2, 4])
    func traceOn(_ nJobs: Int) throws {
        let parallel = Parallel(nJobs: nJobs, verbose: 10)
        let task = delayed { try outer() }
        for failed in try [
            taskFailure { try parallel.forEach(0..<3) { _ in try outer() } },
            taskFailure { try parallel([task]) },
            taskFailure { try parallel(repeatElement(task, count: 3)) },
            taskFailure { try parallel.results([task])[0].get() },
        ] {
            let trace = try #require(failed.remoteTrace)
            #expect(trace.contains("thrower"))
            #expect(trace.split(separator: "\n").count > 1)
        }
        let quiet = try taskFailure { try Parallel(nJobs: nJobs, verbose: 9).forEach(0..<3) { _ in try outer() } }
        #expect(try #require(quiet.remoteTrace).contains("verbose"))
    }
}

@inline(never)
private func outer() throws { try thrower() }

@inline(never)
private func thrower() throws { throw Mishap() }

private final class ErrorObject: Error {}

private struct TellTale: Sendable, CustomStringConvertible {
    let rendered: Tally

    var description: String {
        self.rendered.add()
        return "told"
    }
}
