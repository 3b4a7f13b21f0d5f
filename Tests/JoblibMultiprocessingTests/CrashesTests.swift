// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import Joblib
import Testing

/// Ways in which a task ends its process, or breaks it.
enum Crash: String, CaseIterable, Sendable {
    case outOfBounds, missing, overflow, fatal, abort, null, stackOverflow, exit, exitWell, quickExit, closesAll

    /// The signal that ends the process; `nil` when it exits.
    var signal: Int32? {
        switch self {
        case .outOfBounds, .missing, .overflow, .fatal: SIGILL
        case .abort: SIGABRT
        case .null, .stackOverflow: SIGSEGV
        case .exit, .exitWell, .quickExit, .closesAll: nil
        }
    }

    @inline(never)
    func happen() {
        switch self {
        case .outOfBounds: _ = opaque([1])[opaque(1)]
        case .missing: _ = opaque(Int?.none)!
        case .overflow: _ = opaque(Int.max) + opaque(1)
        case .fatal: fatalError("meant so")
        case .abort: Glibc.abort()
        case .null: unsafe opaque(UnsafeMutablePointer<Int>(bitPattern: 8))!.pointee = 1
        case .stackOverflow: _ = Self.recurse(opaque(0))
        case .exit: Glibc.exit(3)
        case .exitWell: Glibc.exit(0)
        case .quickExit: _exit(7)
        case .closesAll: for descriptor in 0..<Int32(256) { close(descriptor) }
        }
    }

    @inline(never)
    private static func recurse(_ depth: Int) -> Int {
        var numbers = (depth, depth, depth, depth)
        unsafe withUnsafeMutablePointer(to: &numbers) { unsafe $0.pointee.0 += 1 }
        return depth == .max ? 0 : self.recurse(depth + 1) + numbers.0
    }
}

@Suite("Tasks that crash their worker", .timeLimit(.minutes(2)))
struct CrashesTests {
    @Test("The task that did it is named, with how", arguments: Crash.allCases.filter { $0 != .closesAll })
    func blame(_ crash: Crash) throws {
        let failure = try taskFailure {
            try Parallel(nJobs: 2, backend: .multiprocessing, batchSize: 4)
                .map(0..<32) { index in
                    if index == 13 { crash.happen() }
                    return index
                }
        }
        #expect(failure.index == 13 && failure.arguments == "13")
        #expect(failure.reason.signal == crash.signal)
        if crash.signal == nil { #expect(failure.reason.exitCode == [.exit: 3, .exitWell: 0, .quickExit: 7][crash]) }
        #expect(failure.worker.pid != Int(getpid()))
    }

    @Test(
        "Where it was is said, with file and line",
        arguments: [Crash.outOfBounds, .fatal, .overflow, .missing, .abort, .null]
    )
    func place(_ crash: Crash) throws {
        let failure = try taskFailure { try forking.map(0..<4) { if $0 == 2 { crash.happen() } } }
        let trace = try #require(failure.remoteTrace)
        #expect(trace.contains("Crash.happen"))
        #expect("\(failure.underlyingError)".contains("CrashesTests.swift:"))
        if crash == .fatal { #expect("\(failure.underlyingError)".contains("meant so")) }
    }

    @Test(
        "Only the culprit fails, and what shared its batch runs again",
        arguments: [Crash.outOfBounds, .exit, .abort]
    )
    func bystanders(_ crash: Crash) throws {
        let tasks = (0..<40)
            .map { index in
                delayed { () -> String in
                    if index % 10 == 5 { crash.happen() }
                    return "\(index)"
                }
            }
        let results = try Parallel(nJobs: 2, backend: .multiprocessing, batchSize: 8).results(tasks)
        for (index, result) in results.enumerated() {
            switch result {
            case .success(let output): #expect(output == "\(index)" && index % 10 != 5)
            case .failure(let failure): #expect(failure.index == index && index % 10 == 5)
            }
        }
        let lazily = try Parallel(nJobs: 2, backend: .multiprocessing, batchSize: 8).results(tasks.lazy.map { $0 })
        #expect(lazily.map { (try? $0.get()) == nil } == (0..<40).map { $0 % 10 == 5 })
    }

    @Test("A crash is tried again where that is asked for")
    func retries() throws {
        let attempts = try Parallel(nJobs: 2, backend: .multiprocessing, retries: 2)
            .map(0..<6) { index in
                if index == 3, TaskContext.current!.attempt < 3 { abort() }
                return TaskContext.current!.attempt
            }
        #expect(attempts == [1, 1, 1, 3, 1, 1])
    }

    @Test("A worker that is ended from outside costs its task nothing, twice")
    func outside() throws {
        let counters = try SharedCounters()
        let outputs = try forking.map(0..<8) { index in
            if index == 3 {
                counters.add(0)
                if counters.value(0) <= 2 { kill(getpid(), SIGKILL) }
            }
            return index
        }
        #expect(outputs == Array(0..<8))
        #expect(counters.value(0) == 3)
        let failure = try taskFailure { try forking.map(0..<8) { if $0 == 3 { kill(getpid(), SIGKILL) } } }
        #expect(failure.index == 3 && failure.reason == .quarantined(signal: SIGKILL) && failure.attempt == 3)
        let once = try SharedCounters()
        let call = Parallel(nJobs: 2, backend: .multiprocessing, backendParams: [.idempotent(false)])
        let only = try taskFailure {
            try call.map(0..<8) { index in
                guard index == 3 else { return }
                once.add(0)
                kill(getpid(), SIGKILL)
            }
        }
        #expect(only.reason == .terminated(signal: SIGKILL))
        #expect(once.value(0) == 1)
    }

    @Test("A task that closes all descriptors harms its worker at most")
    func closing() throws {
        let results = try forking.results(
            (0..<6)
                .map { index in
                    delayed { () -> String in
                        if index == 2 { Crash.closesAll.happen() }
                        return "\(index)"
                    }
                }
        )
        let others = results.enumerated().filter { $0.offset != 2 }
        #expect(others.allSatisfy { (try? $0.element.get()) == "\($0.offset)" })
    }

    @Test("A task that uses a Task where that cannot work crashes at once, and is told why")
    func concurrency() async throws {
        // Then the process has threads of Dispatch that a child does not have.
        await withTaskGroup { group in for _ in 0..<8 { group.addTask { await Task.yield() } } }
        let failure = try taskFailure {
            try forking.map(0..<4) { index in
                guard index == 2 else { return }
                Task.detached { print("never") }
                usleep(5_000_000)
            }
        }
        #expect(failure.index == 2)
        #expect("\(failure.underlyingError)".contains("Task"))
    }

    @Test("A task that forks a process of its own gets it back")
    func forksItself() throws {
        let outputs = try forking.map(0..<4) { index in
            try Parallel(nJobs: 2, backend: .multiprocessing).map(0..<3) { $0 + 10 * index }.reduce(0, +)
        }
        #expect(outputs == (0..<4).map { 3 + 30 * $0 })
    }

    @Test("A task that runs out of memory under a limit fails alone")
    func memoryLimit() throws {
        let failure = try taskFailure {
            try forking.map(0..<4) { index in
                guard index == 1 else { return }
                var limit = rlimit(rlim_cur: 1 << 30, rlim_max: 1 << 30)
                setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
                var all: [[UInt8]] = []
                while true { all.append([UInt8](repeating: 1, count: 64 << 20)) }
            }
        }
        #expect(failure.index == 1)
    }

    @Test("A task that ends its thread, or writes into its worker's pipe, fails alone")
    func meddling() throws {
        let ending = try taskFailure {
            try forking.map(0..<4) { index in
                if index == 2 { pthread_exit(nil) }
                return "\(index)"
            }
        }
        #expect(ending.index == 2)
        let results = try forking.results(
            (0..<6)
                .map { index in
                    delayed { () -> String in
                        guard index == 3 else { return "\(index)" }
                        let nonsense = [UInt8](repeating: 0xff, count: 64)
                        for descriptor in 3..<Int32(256) where fcntl(descriptor, F_GETFL) & O_ACCMODE == O_WRONLY {
                            _ = unsafe write(descriptor, nonsense, nonsense.count)
                        }
                        return "written"
                    }
                }
        )
        #expect(results.count == 6)
    }

    @Test("A stretch of tasks that crash costs the others nothing")
    func stretch() throws {
        let results = try Parallel(nJobs: 2, backend: .multiprocessing)
            .results(
                (0..<40)
                    .map { index in
                        delayed { () -> Int in
                            if (10..<30).contains(index) { abort() }
                            return index
                        }
                    }
            )
        for (index, result) in results.enumerated() {
            switch result {
            case .success(let output): #expect(output == index && !(10..<30).contains(index))
            case .failure(let failure):
                #expect(failure.index == index && failure.reason == .terminated(signal: SIGABRT))
            }
        }
        #expect(results.count { (try? $0.get()) == nil } == 20)
    }

    @Test("A call whose workers do nothing but die gives up, with the first deaths and what was done before them")
    func hopeless() throws {
        let error = #expect(throws: ParallelError.self) {
            try Parallel(nJobs: 2, backend: .multiprocessing)
                .results(
                    (0..<5_000)
                        .map { index in
                            delayed { () -> Int in
                                if index >= 100 { abort() }
                                return index
                            }
                        }
                )
        }
        #expect(error?.code == .poolUnhealthy)
        // Which ones the first three are depends on who of the two workers is faster.
        let detail = error?.detail ?? ""
        #expect(detail.split(separator: "; task").count == 3 && detail.contains("(SIGABRT)"), "\(detail)")
        #expect((error?.completedTasks ?? 0) >= 100)
    }

    @Test("A lazily read list, too, names the task that crashed, whose neighbours' results are lost with it")
    func lazily() throws {
        let failure = try taskFailure {
            try Parallel(nJobs: 2, backend: .multiprocessing, batchSize: 16)(
                (0..<64).lazy
                    .map { index in
                        delayed { () -> String in
                            if index == 7 { abort() }
                            return "\(index)"
                        }
                    }
            )
        }
        #expect(failure.index == 7 && failure.reason == .terminated(signal: SIGABRT))
    }
}
