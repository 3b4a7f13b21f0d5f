// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Glibc
import Joblib
import JoblibPOSIX
import Testing

@Suite("The pool of spawned workers", .timeLimit(.minutes(2)), .serialized)
struct LokyPoolTests {
    private static func pids(_ nJobs: Int, _ parameters: [BackendParameter] = []) throws -> Set<Int32> {
        let call = Parallel(nJobs: nJobs, backend: .loky, batchSize: 1, backendParams: parameters)
        return Set(try call((0..<64).map { Delayed(ProcessID(index: $0)) }))
    }

    @Test("The same workers serve one call after the other, and those that stay keep their pids when it is resized")
    func reuse() throws {
        try expectHealth(Parallel(nJobs: 4, backend: .loky))
        let four = Set(LokyBackend.workerPIDs)
        try expectHealth(Parallel(nJobs: 4, backend: .loky))
        #expect(Set(LokyBackend.workerPIDs) == four)
        #expect(try Self.pids(2).isSubset(of: four))
    }

    @Test("No more workers are started than there are tasks")
    func fewTasks() async throws {
        await LokyBackend.shutDownIdleWorkers()
        let before = Set(LokyBackend.workerPIDs)
        #expect(
            try await Parallel(nJobs: 64, backend: .loky).run((0..<2).map { Delayed(Square(value: $0)) }) == [0, 1]
        )
        #expect(Set(LokyBackend.workerPIDs).subtracting(before).count <= 2)
    }

    @Test("Any form of a call runs in them")
    func forms() throws {
        let tasks = (0..<50).map { Delayed(Square(value: $0)) }
        let expected = (0..<50).map { $0 * $0 }
        #expect(try loky(tasks) == expected)
        #expect(try loky(tasks.lazy.map { $0 }) == expected)
        #expect(try loky.results(tasks).map { try $0.get() } == expected)
        let stream = try loky(tasks, returnAs: .generator)
        var streamed: [Int] = []
        while let output = try stream.next() { streamed.append(output) }
        #expect(streamed == expected)
        let unordered = try loky(tasks, returnAs: .generatorUnordered)
        var all: Set<Int> = []
        while let output = try unordered.next() { all.insert(output) }
        #expect(all == Set(expected))
        try loky.withPool { pool in
            for _ in 0..<3 {
                let outputs = try pool(tasks)
                #expect(outputs == expected)
            }
        }
        #expect(try Parallel(nJobs: 2, backend: "spawn")(tasks) == expected)
    }

    @Test("Asynchronous callers wait without a thread")
    func awaiting() async throws {
        let expected = (0..<50).map { $0 * $0 }
        #expect(try await loky((0..<50).map { Delayed(Square(value: $0)) }) == expected)
        let stream = try loky((0..<50).map { Delayed(Square(value: $0)) }, returnAs: .generator)
        var streamed: [Int] = []
        for try await output in stream { streamed.append(output) }
        #expect(streamed == expected)
    }

    @Test(
        "Values of any size arrive, also such as no ring has room for",
        arguments: [0, 1, 100_000, 300_000, 1_500_000]
    )
    func sizes(_ count: Int) throws {
        let values = (0..<6).map { seed in (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ seed) } }
        #expect(try loky(values.map { Delayed(Echo(value: $0)) }) == values)
    }

    @Test("A closure is refused before any worker is asked for, with both ways out")
    func closures() throws {
        let error = try #require(throws: ParallelError.self) { try loky((0..<4).map { value in delayed { value } }) }
        #expect(error.code == .taskNotPortable)
        #expect(error.detail.contains("@Portable") && error.detail.contains("multiprocessing"))
        #expect(error.detail.hasPrefix("backend 'loky' cannot run task 0"), "\(error)")
    }

    @Test("One job is a worker all the same, since the backend was chosen by name")
    func oneJob() throws {
        #expect(try Parallel(nJobs: 1, backend: .loky)([Delayed(ProcessID())]) != [getpid()])
    }

    @Test(
        "Workers have the variables that were asked for, and the libraries' thread limits, and calls without them others"
    )
    func environment() throws {
        let name = "JOBLIB_TEST_VALUE"
        let call = Parallel(nJobs: 2, backend: .loky, backendParams: [.environment([name: "a=b"])])
        #expect(try call([Delayed(Variable(name: name))]) == ["a=b"])
        #expect(try loky([Delayed(Variable(name: name))]) == [nil])
        #expect(try call([Delayed(Variable(name: name))]) == ["a=b"])
        let threads = Parallel(nJobs: 2, backend: .loky, innerMaxNumThreads: 3)
        #expect(try threads([Delayed(Variable(name: "OMP_NUM_THREADS"))]) == ["3"])
        #expect(try loky([Delayed(Variable(name: "JOBLIB_WORKER"))]) == [nil])
        let error = try #require(throws: ParallelError.self) {
            try Parallel(nJobs: 2, backend: .loky, backendParams: [.environment(["a=b": "c"])])([Delayed(ProcessID())])
        }
        #expect(error.code == .invalidArgument && error.detail.contains("a=b"))
    }

    @Test(
        "A parameter that means nothing is refused, by its name and value",
        arguments: [
            (BackendParameter.idleWorkerTimeout(.seconds(-1)), "idleWorkerTimeout"),
            (.maxWorkerMemory(0), "maxWorkerMemory: 0"),
            (.maxWorkerMemory("lots"), "is not a size"),
            (.maxTasksPerWorker(0), "maxTasksPerWorker: 0"),
        ]
    )
    func wrongValues(_ parameter: BackendParameter, _ words: String) throws {
        let call = Parallel(nJobs: 2, backend: .loky, backendParams: [parameter])
        let error = try #require(throws: ParallelError.self) { try call([Delayed(ProcessID())]) }
        #expect(error.code == .invalidArgument && error.detail.contains(words), "\(error)")
    }

    @Test("The initializer runs once in each worker, before its first task; its failure is reported as itself")
    func initializer() throws {
        let call = Parallel(nJobs: 2, backend: .loky, backendParams: [.initializer(Delayed(SetUp(name: "ready")))])
        for _ in 0..<2 {
            let outputs = try call((0..<20).map { _ in Delayed(Variable(name: "JOBLIB_TEST_SET_UP")) })
            #expect(Set(outputs) == ["ready1"])
        }
        let failing = Parallel(nJobs: 2, backend: .loky, backendParams: [.initializer(Delayed(SetUp(name: "")))])
        let error = try #require(throws: ParallelError.self) { try failing([Delayed(ProcessID())]) }
        #expect(error.code == .startupFailed && error.detail.contains("no name"), "\(error)")
        #expect(error.detail.contains("stage 'initializer'") && error.detail.contains("nobody has told"), "\(error)")
        let crash = Crashing(value: 1, culprit: 1, crash: .fatal)
        let crashing = Parallel(nJobs: 2, backend: .loky, backendParams: [.initializer(Delayed(crash))])
        let death = try #require(throws: ParallelError.self) { try crashing([Delayed(ProcessID())]) }
        #expect(death.code == .startupFailed && death.detail.contains("stage 'initializer'"), "\(death)")
        #expect(death.detail.contains("meant so"), "\(death)")
        let closure = Parallel(nJobs: 2, backend: .loky, backendParams: [.initializer(delayed { print("no") })])
        let refusal = try #require(throws: ParallelError.self) { try closure([Delayed(ProcessID())]) }
        #expect(refusal.code == .taskNotPortable)
        try expectHealth()
    }

    @Test("A worker runs exactly so many tasks as it may, and none is lost", arguments: [1, 3, 10])
    func maxTasks(_ limit: Int) throws {
        for batchSize in [1, 7] {
            let call = Parallel(
                nJobs: 2,
                backend: .loky,
                batchSize: .init(batchSize),
                backendParams: [.maxTasksPerWorker(limit)]
            )
            let pids = try call((0..<40).map { Delayed(ProcessID(index: $0)) })
            let counts = Dictionary(pids.map { ($0, 1) }, uniquingKeysWith: +).values
            #expect(counts.allSatisfy { $0 <= limit } && counts.reduce(0, +) == 40)
        }
    }

    @Test("A worker leaves after the task with which it has grown too large, and not before")
    func maxMemory() throws {
        let limit = 300 << 20
        let call = Parallel(
            nJobs: 1,
            backend: .loky,
            batchSize: 1,
            backendParams: [.maxWorkerMemory(ByteCount(limit))]
        )
        let results = try call((0..<12).map { Delayed(Growing(index: $0, byteCount: 60 << 20)) })
        #expect(results.map(\.index) == Array(0..<12))
        #expect(Set(results.map(\.pid)).count > 1 && Set(results.map(\.pid)).count < 12)
        for (task, next) in zip(results, results.dropFirst()) {
            #expect((task.pid == next.pid) == (task.byteCount < limit), "\(results)")
        }
    }

    @Test("Idle workers leave after their time, and at once when asked")
    func idleTimeout() async throws {
        _ = try Self.pids(2, [.idleWorkerTimeout(.milliseconds(50))])
        let deadline = MonotonicClock.now + 10_000_000_000
        await LokyBackend.shutDownIdleWorkers()
        while !LokyBackend.workerPIDs.isEmpty, MonotonicClock.now < deadline { usleep(5_000) }
        #expect(LokyBackend.workerPIDs.isEmpty)
        _ = try Self.pids(2, [.idleWorkerTimeout(.milliseconds(50))])
        #expect(!LokyBackend.workerPIDs.isEmpty)
        while !LokyBackend.workerPIDs.isEmpty, MonotonicClock.now < deadline { usleep(5_000) }
        #expect(LokyBackend.workerPIDs.isEmpty)
    }

    @Test("Workers of the last four kinds stay, and those of older ones leave")
    func kinds() async throws {
        await LokyBackend.shutDownIdleWorkers()
        func pid(_ kind: Int) throws -> Int32 {
            let kind = BackendParameter.environment(["JOBLIB_TEST_KIND": "\(kind)"])
            return try Parallel(nJobs: 1, backend: .loky, backendParams: [kind])([Delayed(ProcessID())])[0]
        }
        let pids = try (0..<7).map { try pid($0) }
        for kind in [6, 3, 4, 5] { #expect(try pid(kind) == pids[kind]) }
        for kind in 0..<3 { #expect(try pid(kind) != pids[kind]) }
        await LokyBackend.shutDownIdleWorkers()
    }

    @Test("Ten threads use the pool at once, with equal and with different sizes and environments")
    func crowd() async throws {
        let failures = ThreadCrowd()
            .run(10) { thread in
                let parameters: [BackendParameter] =
                    thread % 3 == 0 ? [.environment(["JOBLIB_TEST_CROWD": "\(thread)"])] : []
                let call = Parallel(nJobs: 1 + thread % 3, backend: .loky, backendParams: parameters)
                for _ in 0..<5 {
                    let outputs = try call((0..<30).map { Delayed(Square(value: $0 + thread)) })
                    #expect(outputs == (0..<30).map { ($0 + thread) * ($0 + thread) })
                }
            }
        #expect(failures.map { "\($0)" } == [])
        await LokyBackend.shutDownIdleWorkers()
    }

    @Test("The end of the thread whose call has started them is not the end of workers")
    func caller() async throws {
        await LokyBackend.shutDownIdleWorkers()
        try Self.expectSurvivors()
    }

    private static func expectSurvivors() throws {
        let crowd = ThreadCrowd()
        let failures = crowd.run(1) { _ in try expectHealth() }
        #expect(failures.isEmpty)
        let workers = LokyBackend.workerPIDs
        #expect(workers.count == 2)
        // Its children have their signal once it is gone.
        #expect(crowd.haveGone(within: 10))
        try expectHealth()
        #expect(LokyBackend.workerPIDs == workers)
    }

    @Test("A worker's memory keeps its size, whatever a task tries")
    func seals() throws {
        let outcome = try loky([Delayed(Resizing(descriptor: SpawnedWorker.memory))])[0]
        #expect(outcome[0].hasPrefix("/memfd:joblib-worker"))
        #expect(outcome[1...] == ["\(EPERM)", "\(EPERM)"])
        try expectHealth()
    }

    @Test("What waits behind a long task goes to a worker that has nothing to do")
    func spreading() throws {
        let path = NSTemporaryDirectory() + UUID().uuidString
        defer { unlink(path) }
        // Of four, two were sent to each worker.
        let call = Parallel(nJobs: 2, backend: .loky, preDispatch: .all, batchSize: 1)
        #expect(try call((0..<4).map { Delayed(Meeting(index: $0, path: path)) }) == [0, 1, 2, 3])
    }

    @Test("A preference for processes means these for tasks that can travel, and forked ones for others")
    func preference() throws {
        let call = Parallel(nJobs: 2, prefer: .processes)
        let pids = try call((0..<4).map { Delayed(ProcessID(index: $0)) })
        #expect(!Set(pids).isDisjoint(with: LokyBackend.workerPIDs) && !pids.contains(getpid()))
        let others = try call((0..<4).map { _ in delayed { getpid() } })
        #expect(Set(others).isDisjoint(with: LokyBackend.workerPIDs) && !others.contains(getpid()))
        let mixed = try call([Delayed(ProcessID()), delayed { getpid() }])
        #expect(!mixed.contains(getpid()))
        #expect(
            try call.results((0..<4).map { Delayed(ProcessID(index: $0)) }).allSatisfy { (try? $0.get()) != getpid() }
        )
    }

    @Test("Loops inside of tasks run on threads of the worker, and may ask for processes of their own")
    func nested() throws {
        let outputs = try loky((0..<4).map { Delayed(Nesting(value: $0, backend: nil)) })
        #expect(outputs == (0..<4).map { [$0 * 45] + [1] })
        let deeper = try loky((0..<2).map { Delayed(Nesting(value: $0, backend: "loky")) })
        #expect(deeper.map { $0[0] } == [0, 45])
        #expect(deeper.allSatisfy { $0[1] > 1 })
    }

    @Test("The working directory may have vanished")
    func directory() throws {
        let path = NSTemporaryDirectory() + UUID().uuidString
        let home = FileManager.default.currentDirectoryPath
        mkdir(path, 0o700)
        chdir(path)
        rmdir(path)
        defer { chdir(home) }
        #expect(
            try Parallel(nJobs: 2, backend: .loky, backendParams: [.environment(["JOBLIB_TEST_CWD": "1"])])(
                (0..<4).map { Delayed(Square(value: $0)) }
            ) == [0, 1, 4, 9]
        )
    }
}

/// Says in the environment how often it has run.
struct SetUp: PortableTask {
    var name: String

    func run() throws {
        guard !self.name.isEmpty else {
            ThisProcess.write("nobody has told the name\n")
            throw Mishap.text("no name")
        }
        let count = unsafe getenv("JOBLIB_TEST_SET_UP") == nil ? 1 : 2
        setenv("JOBLIB_TEST_SET_UP", "\(self.name)\(count)", 1)
    }
}

/// Keeps memory.
struct Growing: PortableTask {
    var index: Int
    var byteCount: Int

    // SAFETY: written by the one thread that runs tasks.
    private nonisolated(unsafe) static var kept: [[UInt8]] = []

    struct Outcome: Codable, Sendable {
        var index: Int
        var pid: Int32
        var byteCount: Int
    }

    func run() -> Outcome {
        unsafe Self.kept.append([UInt8](repeating: 1, count: self.byteCount))
        return Outcome(index: self.index, pid: getpid(), byteCount: ThisProcess.residentByteCount)
    }
}

/// Has a loop of its own: its sum, and how many processes it ran in.
struct Nesting: PortableTask {
    var value: Int
    var backend: String?

    func run() throws -> [Int] {
        guard let backend = self.backend else {
            let pids = try Parallel(nJobs: 2).map(0..<10) { _ in getpid() }
            return [try Parallel(nJobs: 2).map(0..<10) { $0 * self.value }.reduce(0, +), Set(pids + [getpid()]).count]
        }
        let call = Parallel(nJobs: 2, backend: .named(backend))
        let pids = try call((0..<10).map { Delayed(ProcessID(index: $0)) })
        let sum = try call((0..<10).map { Delayed(Product(left: $0, right: self.value)) }).reduce(0, +)
        return [sum, Set(pids + [getpid()]).count]
    }
}

struct Product: PortableTask {
    var left: Int
    var right: Int
    func run() -> Int { self.left * self.right }
}
