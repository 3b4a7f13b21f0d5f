// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Joblib
import Synchronization
import Testing

/// What an observer is told, in every form of a loop and on every backend at hand.
@Suite("progress: .observer", .timeLimit(.minutes(1)))
struct ObserversTests {
    /// A form of a call with twenty tasks.
    struct Form: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var knowsCount = true
        let run: @Sendable (Parallel) async throws -> Void
    }

    static let tasks = (0..<20).map { index in delayed { index } }

    static let forms = [
        Form(testDescription: "map") { call in _ = try synchronously { try call.map(0..<20) { $0 } } },
        Form(testDescription: "forEach") { call in try synchronously { try call.forEach(0..<20) { _ in } } },
        Form(testDescription: "array") { call in _ = try synchronously { try call(tasks) } },
        Form(testDescription: "results") { call in _ = try synchronously { try call.results(tasks) } },
        Form(testDescription: "lazy collection") { call in
            _ = try synchronously { try call((0..<20).lazy.map { index in delayed { index } }) }
        },
        Form(testDescription: "sequence", knowsCount: false) { call in
            _ = try synchronously { try call(AnySequence(tasks)) }
        },
        Form(testDescription: "generator") { call in
            try synchronously { _ = try call(tasks, returnAs: .generator).take() }
        },
        Form(testDescription: "unordered generator", knowsCount: false) { call in
            try synchronously { _ = try call(AnySequence(tasks), returnAs: .generatorUnordered).take() }
        },
        Form(testDescription: "asynchronous generator") { call in
            for try await _ in try call.run(tasks, returnAs: .generator) {}
        },
        Form(testDescription: "asynchronous map") { call in _ = try await call.map(0..<20) { $0 } },
        Form(testDescription: "asynchronous bodies") { call in
            _ = try await call.map(0..<20) { index in
                await Task.yield()
                return index
            }
        },
        Form(testDescription: "asynchronous sequence", knowsCount: false) { call in
            _ = try await call.run(AnySequence(tasks))
        },
        Form(testDescription: "chunks") { call in
            try synchronously {
                var numbers = [Int](repeating: 0, count: 20)
                try call.forEachChunk(of: &numbers) { _, _ in }
            }
        },
    ]

    @Test(
        "is told of the call and of each task, once and in order",
        arguments: forms,
        [("threading", 1), ("threading", 3), ("sequential", 1)] as [(String, Int)]
    )
    func wholeStory(of form: Form, on setting: (backend: String, nJobs: Int)) async throws {
        let recorder = Recorder<ParallelEvent>()
        let call = Parallel(
            nJobs: setting.nJobs,
            backend: .named(setting.backend),
            progress: .observer { recorder.note($0) },
            batchSize: form.testDescription == "chunks" ? 1 : .auto,
            seed: 5
        )
        try await form.run(call)
        let events = recorder.all
        let start = try #require(events.first)
        #expect(start.kind == .started && start.rootSeed == 5 && start.workerCount == setting.nJobs)
        #expect(start.taskCount == (form.knowsCount ? 20 : nil))
        let end = try #require(events.last)
        #expect(end.kind == .done && end.end == .completed && end.taskCount == 20)
        #expect(Set(events.map(\.call)).count == 1)
        #expect(events.map(\.elapsed) == events.map(\.elapsed).sorted() || setting.nJobs > 1)
        #expect(events.count == 2 + 3 * 20)
        for index in 0..<20 {
            let own = events.filter { $0.index == index }
            #expect(own.map(\.kind) == [.dispatched, .taskStarted, .finished])
            #expect(own.allSatisfy { $0.attempt == 1 && (0..<setting.nJobs).contains($0.workerIndex ?? -1) })
            #expect(own.map { $0.duration == nil } == [true, true, false])
            #expect(own.first?.batchSize ?? 0 >= 1)
        }
    }

    @Test("is told of a call without tasks", arguments: [1, 3])
    func noTasks(nJobs: Int) throws {
        let kinds = try events { _ = try Parallel(nJobs: nJobs).map([Int]()) { $0 } }.map(\.kind)
        #expect(kinds == [.started, .done])
        #expect(try events { try Parallel(nJobs: nJobs).forEach([Int]()) { _ in } }.map(\.kind) == kinds)
        let lists = try events { _ = try Parallel(nJobs: nJobs)(EmptyCollection<Delayed<Int>>()) }
        #expect(lists.map(\.kind) == kinds)
    }

    @Test("is told of a call whose backend cannot be opened, whatever its form")
    func unopenedBackend() throws {
        for isStream in [false, true] {
            let kinds = events {
                #expect(throws: ParallelError.self) {
                    let call = Parallel(nJobs: 2, backend: .instance(UnopenableBackend()))
                    if isStream {
                        _ = try call(Self.tasks, returnAs: .generator)
                    } else {
                        _ = try call(AnySequence(Self.tasks))
                    }
                }
            }
            .map(\.kind)
            #expect(kinds == [.started, .done])
        }
    }

    private struct UnopenableBackend: ParallelBackend {
        func open(_ request: OpenRequest) throws -> any WorkerSession { throw Mishap() }
    }

    @Test("is told how the call ended")
    func failure() throws {
        let recorder = Recorder<ParallelEvent>()
        let call = Parallel(nJobs: 2, progress: .observer { recorder.note($0) })
        #expect(throws: TaskFailure.self) {
            try call.forEach(0..<10) { index in if index == 3 { throw Mishap() } }
        }
        #expect(recorder.all.last?.end == .failed)
        #expect(recorder.all.filter { $0.kind == .failed }.map(\.index) == [3])
    }

    @Test("is told of the end of asynchronous bodies that are cancelled with another one that failed")
    func cancelledBodies() async throws {
        let recorder = Recorder<ParallelEvent>()
        let call = Parallel(nJobs: 3, progress: .observer { recorder.note($0) })
        await #expect(throws: TaskFailure.self) {
            _ = try await call.map(0..<3) { index in
                if index == 2 { throw Mishap() }
                try await Task.sleep(for: .seconds(60))
            }
        }
        for index in 0..<3 {
            let kinds = recorder.all.filter { $0.index == index }.map(\.kind)
            // One that had not begun when the other failed never does.
            #expect(kinds == [.dispatched, .taskStarted, .failed] || kinds == [.dispatched], "\(kinds)")
        }
    }

    @Test("is told that a stream has completed whose consumer took as many results as there are", arguments: [1, 2])
    func exactConsumer(nJobs: Int) throws {
        let recorder = Recorder<ParallelEvent>()
        let isDone = Gate()
        let observer = ProgressDisplay.observer { event in
            recorder.note(event)
            if event.kind == .done { isDone.open() }
        }
        do {
            let stream = try Parallel(nJobs: nJobs, progress: observer)(Self.tasks, returnAs: .generator)
            for _ in 0..<20 { #expect(try stream.next() != nil) }
        }
        try isDone.pass()
        #expect(recorder.all.last?.end == .completed)
    }

    @Test("is told of a worker that is lost, and of nothing that the lost one does afterwards")
    func lostWorker() throws {
        let recorder = Recorder<ParallelEvent>()
        let (isOver, hasReturned) = (Gate(), Gate())
        let call = Parallel(nJobs: 2, progress: .observer { recorder.note($0) }, timeout: .milliseconds(50), retries: 1)
        let results = try call.results(
            (0..<4)
                .map { index in
                    delayed { () throws -> Int in
                        if index == 1, TaskContext.current?.attempt == 1 {
                            try isOver.pass()
                            hasReturned.open()
                        }
                        return index
                    }
                }
        )
        #expect(results.compactMap { try? $0.get() } == [0, 1, 2, 3])
        isOver.open()
        try hasReturned.pass()
        let own = recorder.all.filter { $0.index == 1 }
        #expect(
            own.map(\.kind) == [
                .dispatched, .taskStarted, .workerLost, .retried, .dispatched, .taskStarted, .finished,
            ]
        )
        #expect(own.map(\.attempt) == [1, 1, 1, 1, 2, 2, 2])
        #expect(own[3].failure?.reason == .timedOut)
    }

    @Test("of a scope is told of the loops inside of tasks, and which call they belong to")
    func nested() throws {
        let all = try events {
            try Parallel(nJobs: 2).forEach(0..<2) { _ in try Parallel(nJobs: 2).forEach(0..<3) { _ in } }
        }
        let starts = all.filter { $0.kind == .started }
        #expect(starts.count == 3)
        let outer = try #require(starts.first { $0.enclosingCall == nil })
        #expect(starts.filter { $0.enclosingCall == outer.call }.count == 2)
        #expect(all.last?.call == outer.call && all.last?.kind == .done)
        for start in starts {
            #expect(all.filter { $0.call == start.call && $0.kind == .finished }.count == start.taskCount)
        }
    }

    @Test("delays nothing, however slow it is")
    func slow() throws {
        let (mayGoOn, isDone) = (Gate(), Gate())
        let seen = Tally()
        let call = Parallel(
            nJobs: 2,
            progress: .observer { event in
                try? mayGoOn.pass()
                seen.add()
                if event.kind == .done { isDone.open() }
            }
        )
        // Would wait for ever if anything of the call waited for the observer.
        #expect(try call.map(0..<100) { $0 } == Array(0..<100))
        #expect(seen.count == 0)
        mayGoOn.open()
        try isDone.pass()
        #expect(seen.count == 2 + 3 * 100)
    }

    @Test("may run a loop that tells it its events, too")
    func loopInside() throws {
        let display = Mutex<ProgressDisplay?>(nil)
        let kinds = Recorder<ParallelEvent.Kind>()
        let bothAreDone = Gate()
        let observer = ProgressDisplay.observer { event in
            kinds.note(event.kind)
            if kinds.all.filter({ $0 == .done }).count == 2 { bothAreDone.open() }
            guard event.kind == .done, let display = display.withLock({ $0.take() }) else { return }
            do {
                try Parallel(nJobs: 2, progress: display).forEach(0..<2) { _ in }
            } catch {
                Issue.record(error)
            }
        }
        display.withLock { $0 = observer }
        try Parallel(nJobs: 2, progress: observer).forEach(0..<1) { _ in }
        try bothAreDone.pass()
        #expect(kinds.all.filter { $0 == .finished }.count == 3)
    }
}
