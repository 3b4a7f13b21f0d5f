// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import Joblib
import Testing

@Suite("nJobs", .timeLimit(.minutes(1)))
struct JobCountsTests {
    // MARK: - Arithmetic

    @Test("-1 is every CPU, -2 all but one, and it never gets below one job")
    func negative() throws {
        #expect(try effectiveNJobs() == cpuCount())
        #expect(try effectiveNJobs(-1) == cpuCount())
        #expect(try effectiveNJobs(-2) == max(1, cpuCount() - 1))
        #expect(try effectiveNJobs(-cpuCount()) == 1)
        #expect(try effectiveNJobs(-cpuCount() - 1) == 1)
        #expect(try effectiveNJobs(.min) == 1)
    }

    @Test("A number above the CPU count is taken as it is")
    func beyondTheCPUs() throws {
        #expect(try effectiveNJobs(cpuCount() * 10) == cpuCount() * 10)
    }

    @Test("Unset is one job")
    func unset() throws {
        #expect(try effectiveNJobs(nil) == 1)
    }

    @Test("A backend without workers has one job whatever is asked for", arguments: [1, 4, -1])
    func sequential(_ nJobs: Int) throws {
        let effective = try parallelConfig(backend: "sequential") { try effectiveNJobs(nJobs) }
        #expect(effective == 1)
    }

    @Test("-1 follows LOKY_MAX_CPU_COUNT")
    func environment() async {
        await #expect(processExitsWith: .success) {
            setenv("LOKY_MAX_CPU_COUNT", "1", 1)
            let jobs = try [-1, 3].map { try effectiveNJobs($0) }
            #expect(cpuCount() == 1)
            #expect(jobs == [1, 3])
        }
    }

    @Test("Physical cores are at least one and at most the CPUs")
    func physicalCores() {
        #expect((1...cpuCount()).contains(cpuCount(onlyPhysicalCores: true)))
    }

    @Test("Any number of jobs is a number of jobs, whatever preDispatch makes of it", arguments: [500_001, Int.max])
    func huge(_ nJobs: Int) throws {
        #expect(try effectiveNJobs(nJobs) == nJobs)
        #expect(try Parallel(nJobs: nJobs).map(0..<3) { $0 } == [0, 1, 2])
    }

    @Test("Few tasks start few threads, although nobody knows beforehand how few they are")
    func fewTasks() async {
        await #expect(processExitsWith: .success) { try Self.fewTasksAndThreads() }
    }

    private static func fewTasksAndThreads() throws {
        for loop in [Parallel(nJobs: 1000), Parallel(nJobs: 1000, timeout: .seconds(50))] {
            #expect(try loop.run((0..<3).lazy.map { index in delayed { index } }) == [0, 1, 2])
            let stream = try loop.run((0..<3).lazy.map { index in delayed { index } }, returnAs: .generator)
            #expect(try stream.take() == [0, 1, 2])
            #expect(ThisProcess.libraryThreads < 30)
        }
    }

    // MARK: - Observed

    @Test("Exactly nJobs tasks run at once, of a collection", arguments: [2, 4, 16])
    func collection(_ nJobs: Int) throws {
        let (meeting, occupancy) = (Meeting(of: nJobs), Occupancy())
        try Parallel(nJobs: nJobs, batchSize: 1)
            .forEach(0..<10 * nJobs) { _ in
                try occupancy.during { try meeting.attend() }
            }
        #expect(occupancy.maximum == nJobs)
    }

    @Test("Exactly nJobs tasks run at once, of an array of tasks", arguments: [2, 4, 16])
    func array(_ nJobs: Int) throws {
        let (meeting, occupancy) = (Meeting(of: nJobs), Occupancy())
        let task = delayed { try occupancy.during { try meeting.attend() } }
        _ = try Parallel(nJobs: nJobs, batchSize: 1)(Array(repeating: task, count: 10 * nJobs))
        #expect(occupancy.maximum == nJobs)
    }

    @Test("Exactly nJobs tasks run at once, of a lazy sequence", arguments: [2, 4, 16])
    func lazy(_ nJobs: Int) throws {
        let (meeting, occupancy) = (Meeting(of: nJobs), Occupancy())
        let task = delayed { try occupancy.during { try meeting.attend() } }
        _ = try Parallel(nJobs: nJobs)(repeatElement(task, count: 10 * nJobs))
        #expect(occupancy.maximum == nJobs)
    }

    @Test("nJobs chunks are changed at once", arguments: [2, 4])
    func chunks(_ nJobs: Int) throws {
        let (meeting, occupancy) = (Meeting(of: nJobs), Occupancy())
        var numbers = [Int](repeating: 0, count: 10 * nJobs)
        try Parallel(nJobs: nJobs, batchSize: 1)
            .forEachChunk(of: &numbers) { _, _ in
                try occupancy.during { try meeting.attend() }
            }
        #expect(occupancy.maximum == nJobs)
    }

    @Test("There are as many jobs with a time limit as without", arguments: [1, 2, 4])
    func timed(_ nJobs: Int) throws {
        let (meeting, occupancy) = (Meeting(of: nJobs), Occupancy())
        try Parallel(nJobs: nJobs, timeout: .seconds(50))
            .forEach(0..<10 * nJobs) { _ in
                try occupancy.during { try meeting.attend() }
            }
        #expect(occupancy.maximum == nJobs)
    }

    @Test("More jobs than tasks are no more than the tasks")
    func moreJobsThanTasks() throws {
        let meeting = Meeting(of: 3)
        try Parallel(nJobs: 16).forEach(0..<3) { _ in try meeting.attend() }
        #expect(try Parallel(nJobs: 1000).map(0..<3) { $0 } == [0, 1, 2])
    }

    // MARK: - One job

    @Test("One job runs in the calling thread, in every synchronous form")
    func callingThread() throws {
        let threads = Recorder<UInt>()
        let note: @Sendable () -> Int = {
            threads.note(ThisProcess.thread)
            return 1
        }
        for parallel in [Parallel(nJobs: 1), Parallel(), Parallel(nJobs: 8, backend: "sequential")] {
            var numbers = [1, 2, 3]
            _ = try parallel.map(0..<5) { _ in note() }
            try parallel.forEach(0..<5) { _ in _ = note() }
            _ = try parallel.reduce(0..<5, 0, { sum, _ in sum + note() }, +)
            try parallel.forEachChunk(of: &numbers) { _, _ in _ = note() }
            _ = try parallel([delayed(note), delayed(note)])
            _ = try parallel(repeatElement(delayed(note), count: 5))
            _ = try parallel.results(repeatElement(delayed(note), count: 5))
        }
        #expect(Set(threads.all) == [ThisProcess.thread])
    }

    @Test("One job starts no thread")
    func noThread() async {
        await #expect(processExitsWith: .success) {
            for parallel in [Parallel(nJobs: 1), Parallel(nJobs: 8, backend: "sequential")] {
                var numbers = [1, 2, 3]
                _ = try parallel.map(0..<100) { $0 }
                _ = try parallel.reduce(0..<100, 0, { $0 + $1 }, { $0 + $1 })
                try parallel.forEachChunk(of: &numbers) { _, _ in }
                _ = try parallel(repeatElement(delayed { 1 }, count: 100))
                #expect(throws: TaskFailure.self) { try parallel.forEach(0..<9) { _ in throw Mishap() } }
                #expect(ThisProcess.libraryThreads == 0)
            }
            // The count would show threads if there were any.
            let meeting = Meeting(of: 3)
            try Parallel(nJobs: 3).forEach(0..<3) { _ in try meeting.attend() }
            #expect(ThisProcess.libraryThreads == 2)
        }
    }

    @Test("The calling thread is one of several jobs, with TaskContext of its own")
    func callerWorks() throws {
        let meeting = Meeting(of: 4)
        let threads = try Parallel(nJobs: 4)
            .map(0..<4) { _ in
                try meeting.attend()
                return ThisProcess.thread
            }
        #expect(Set(threads).count == 4)
        #expect(threads.contains(ThisProcess.thread))
    }

    @Test("One job with a time limit runs on another thread, so that it can be left behind")
    func timedOneJob() throws {
        let threads = try Parallel(nJobs: 1, timeout: .seconds(50)).map(0..<4) { _ in ThisProcess.thread }
        #expect(!threads.contains(ThisProcess.thread))
    }
}
