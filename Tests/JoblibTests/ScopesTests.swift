// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Joblib
import Testing

@Suite("parallelConfig", .timeLimit(.minutes(1)))
struct ScopesTests {
    // MARK: - Precedence

    @Test("An argument wins over the scope, the scope over the default")
    func precedence() throws {
        #expect(try plannedWorkers { Parallel() } == 1)
        try parallelConfig(nJobs: 3) { () throws in
            #expect(try plannedWorkers { Parallel() } == 3)
            #expect(try plannedWorkers { Parallel(nJobs: nil) } == 3)
            #expect(try plannedWorkers { Parallel(nJobs: 2) } == 2)
            #expect(try effectiveNJobs(nil) == 3)
            #expect(try effectiveNJobs(5) == 5)
        }
        #expect(try plannedWorkers { Parallel() } == 1)
    }

    @Test("The innermost scope wins, and ends with its closure")
    func innermost() throws {
        try parallelConfig(nJobs: 3) { () throws in
            try parallelConfig(nJobs: 5) { () throws in
                #expect(try plannedWorkers { Parallel() } == 5)
            }
            #expect(try plannedWorkers { Parallel() } == 3)
            #expect(throws: Mishap()) { try parallelConfig(nJobs: 6) { throw Mishap() } }
            #expect(try plannedWorkers { Parallel() } == 3)
        }
    }

    @Test("Scopes merge setting by setting")
    func merging() throws {
        let probe = ProbeBackend()
        try parallelConfig(backend: .instance(probe), nJobs: 2) {
            try parallelConfig(nJobs: 4) {
                try Parallel().forEach(0..<100) { _ in }
            }
            try parallelConfig(seed: 1) {
                try Parallel().forEach(0..<100) { _ in }
            }
            try parallelConfig(backend: "threading") { () throws in
                #expect(try plannedWorkers { Parallel() } == 2)
            }
        }
        #expect(probe.opened.all == [4, 2])
    }

    @Test("A backend given as an argument wins over the scope's, with the scope's nJobs")
    func backendPrecedence() throws {
        let (outer, inner) = (ProbeBackend(), ProbeBackend())
        try parallelConfig(backend: .instance(outer), nJobs: 3) {
            try Parallel(backend: .instance(inner)).forEach(0..<100) { _ in }
            #expect(outer.opened.all.isEmpty)
            #expect(inner.opened.all == [3])
            try Parallel().forEach(0..<100) { _ in }
            #expect(outer.opened.all == [3])
        }
    }

    @Test("The seed and the observer of the scope are those of its loops, unless they have their own")
    func seedAndObserver() throws {
        let (seven, eight) = (try draw(Parallel(seed: 7)), try draw(Parallel(seed: 8)))
        #expect(try parallelConfig(seed: 7) { try draw(Parallel(nJobs: 2)) } == seven)
        #expect(try parallelConfig(seed: 7) { try draw(Parallel(seed: 8)) } == eight)

        let own = Tally()
        let scoped = try events {
            try Parallel(progress: .observer { _ in own.add() }).forEach(0..<3) { _ in }
        }
        #expect(scoped.isEmpty)
        #expect(own.count == 11)
    }

    @Test("A verbose scope records where errors are thrown")
    func verbose() throws {
        let failed = try taskFailure {
            try parallelConfig(verbose: 10) { try Parallel(nJobs: 2).forEach(0..<4) { _ in throw Mishap() } }
        }
        #expect(try #require(failed.remoteTrace).contains("verbose()"))
    }

    // MARK: - When

    @Test("A Parallel keeps the scope it was made in")
    func keepsItsScope() throws {
        let made = parallelConfig(nJobs: 3) { Parallel() }
        let recorder = Recorder<ParallelEvent>()
        let observed = parallelConfig(nJobs: 3, progress: .observer { recorder.note($0) }) { Parallel() }
        try parallelConfig(nJobs: 5) { try observed.forEach(0..<1) { _ in } }
        #expect(recorder.all.first?.workerCount == 3)

        let probe = ProbeBackend()
        try parallelConfig(backend: .instance(probe), nJobs: 7) { try made.forEach(0..<100) { _ in } }
        #expect(probe.opened.all.isEmpty)
    }

    @Test("A backend's name is looked up at the call")
    func lateRegistration() throws {
        let parallel = Parallel(nJobs: 2, backend: "registered-late")
        #expect(try refusal { try parallel.forEach(0..<1) { _ in } }.code == .unknownBackend)
        let probe = ProbeBackend()
        registerParallelBackend("registered-late") { _ in probe }
        try parallel.forEach(0..<100) { _ in }
        #expect(probe.opened.all == [2])
    }

    // MARK: - Where

    @Test("Tasks see the scope of the call they belong to, on every thread", arguments: LoopCase.all)
    func visibleInTasks(_ loop: LoopCase) throws {
        let parallel = loop.parallel(batchSize: 1)
        let meeting = Meeting(of: loop.backend == "sequential" ? 1 : loop.nJobs)
        let seeds = try parallelConfig(seed: 99) {
            try parallel.map(0..<32) { _ in
                try meeting.attend()
                return try events { try Parallel().forEach(0..<1) { _ in } }.first?.rootSeed
            }
        }
        #expect(seeds == Array(repeating: 99, count: 32))
    }

    @Test("Child tasks inherit the scope, detached ones do not")
    func tasks() async throws {
        try await parallelConfig(nJobs: 3) { () async throws in
            async let child = effectiveNJobs(nil)
            #expect(try await child == 3)
            let detached = Task.detached { try effectiveNJobs(nil) }
            #expect(try await detached.value == 1)
        }
    }

    @Test("Threads of the program's own do not inherit the scope")
    func threads() throws {
        let seen = Recorder<Int?>()
        parallelConfig(nJobs: 3) {
            inThreads(1) { _ in seen.note(try? effectiveNJobs(nil)) }
        }
        #expect(seen.all == [1])
    }

    @Test("The asynchronous scope holds across suspensions, for the asynchronous forms too")
    func asynchronous() async throws {
        let probe = ProbeBackend()
        let sum = try await parallelConfig(backend: .instance(probe), nJobs: 3) {
            await Task.yield()
            return try await Parallel().reduce(0..<100, 0, { $0 + $1 }, { $0 + $1 })
        }
        #expect(sum == 4950)
        #expect(probe.opened.all.first == 3)
        #expect(try effectiveNJobs(nil) == 1)
    }

    private func draw(_ parallel: Parallel) throws -> [UInt64?] {
        try parallel.map(0..<8) { _ in TaskContext.current?.randomNumberGenerator.next() }
    }
}
