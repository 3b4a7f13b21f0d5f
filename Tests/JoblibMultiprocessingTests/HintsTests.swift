// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import Joblib
import Synchronization
import Testing

@Suite("Hints and the backend that forks", .timeLimit(.minutes(1)))
struct HintsTests {
    struct Handle { let close: @Sendable () -> Void }

    @Test("Who prefers processes gets them")
    func preferred() throws {
        let call = Parallel(nJobs: 2, prefer: .processes)
        #expect(try call.map(0..<10) { _ in getpid() }.allSatisfy { $0 != getpid() })
        try parallelConfig(nJobs: 2, prefer: .processes) { () throws in
            #expect(try Parallel().map(0..<10) { _ in getpid() }.allSatisfy { $0 != getpid() })
        }
    }

    @Test("A hint gives way to threads where results cannot come back, and says so once")
    func unreturnable() throws {
        let faults = Mutex<[String]>([])
        let observer = ProgressDisplay.observer { event in
            if event.kind == .backendFault { faults.withLock { $0.append("\(event.error.map { "\($0)" } ?? "")") } }
        }
        let call = Parallel(nJobs: 2, progress: observer, prefer: .processes)
        let pids = try call.map(0..<10) { _ in (getpid(), Handle {}) }.map(\.0)
        #expect(pids == [pid_t](repeating: getpid(), count: 10))
        let told = faults.withLock { $0 }
        #expect(told.count == 1 && told[0].contains("Handle"))
    }

    @Test("A hint gives way to threads for asynchronous bodies")
    func asynchronousBodies() async throws {
        let pids = try await Parallel(nJobs: 2, prefer: .processes)
            .map(0..<10) { _ in
                await Task.yield()
                return getpid()
            }
        #expect(pids == [pid_t](repeating: getpid(), count: 10))
    }

    @Test("Where processes are forbidden a hint falls to threads, and a name is an error")
    func forbidden() async {
        await #expect(processExitsWith: .success) {
            setenv("JOBLIB_MULTIPROCESSING", "0", 1)
            let faults = Atomic<Int>(0)
            let observer = ProgressDisplay.observer { event in
                if event.kind == .backendFault { faults.wrappingAdd(1, ordering: .relaxed) }
            }
            let pids = try Parallel(nJobs: 2, progress: observer, prefer: .processes).map(0..<10) { _ in getpid() }
            #expect(pids == [pid_t](repeating: getpid(), count: 10))
            #expect(faults.load(ordering: .relaxed) == 1)
            let error = #expect(throws: ParallelError.self) { try forking.map(0..<10) { $0 } }
            #expect(error?.code == .startupFailed)
            #expect(error?.detail.contains("JOBLIB_MULTIPROCESSING") == true)
        }
    }

    @Test("The start method of the environment is looked at")
    func startMethod() async {
        await #expect(processExitsWith: .success) {
            setenv("JOBLIB_START_METHOD", "forkserver", 1)
            let error = #expect(throws: ParallelError.self) { try forking.map(0..<10) { $0 } }
            #expect(error?.detail.contains("forkserver") == true)
            let pids = try Parallel(nJobs: 2, prefer: .processes).map(0..<10) { _ in getpid() }
            #expect(pids == [pid_t](repeating: getpid(), count: 10))
        }
    }
}
