// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Joblib
import Testing

/// joblib's matrix of hints and constraints, with the number of jobs that its version drops to 1 (BUG-7).
@Suite("prefer and require", .timeLimit(.minutes(1)))
struct BackendHintsTests {
    @Test("prefer: .threads keeps nJobs, from the scope and from the call")
    func preferThreads() throws {
        try parallelConfig(nJobs: 3, prefer: .threads) { () throws in
            #expect(try plannedWorkers { Parallel() } == 3)
        }
        try parallelConfig(nJobs: 3) { () throws in
            #expect(try plannedWorkers { Parallel(prefer: .threads) } == 3)
        }
        #expect(try plannedWorkers { Parallel(nJobs: 3, prefer: .threads) } == 3)
    }

    @Test("require: .sharedmem keeps nJobs, from the scope and from the call")
    func requireSharedMemory() throws {
        try parallelConfig(nJobs: 3, require: .sharedmem) { () throws in
            #expect(try plannedWorkers { Parallel() } == 3)
        }
        #expect(try plannedWorkers { Parallel(nJobs: 3, require: .sharedmem) } == 3)
    }

    @Test("prefer: .processes never makes a call fail, and keeps nJobs")
    func preferProcesses() throws {
        try parallelConfig(nJobs: 3, prefer: .processes) { () throws in
            #expect(try plannedWorkers { Parallel() } == 3)
        }
        #expect(try plannedWorkers { Parallel(nJobs: 3, prefer: .processes) } == 3)
    }

    @Test("prefer: .processes takes the process backend where there is one, with all its jobs")
    func preferProcessesWhenRegistered() async {
        await #expect(processExitsWith: .success) {
            let probe = ProbeBackend()
            registerParallelBackend("multiprocessing") { _ in probe }
            try Parallel(nJobs: 3, prefer: .processes).forEach(0..<100) { _ in }
            #expect(probe.opened.all == [3])
        }
    }

    @Test("A hint yields to a backend that the scope or the call has chosen")
    func hintsYield() throws {
        let probe = ProbeBackend()
        try parallelConfig(backend: .instance(probe), nJobs: 3, prefer: .threads) {
            try Parallel().forEach(0..<100) { _ in }
        }
        try Parallel(nJobs: 2, backend: .instance(probe), prefer: .processes).forEach(0..<100) { _ in }
        #expect(probe.opened.all == [3, 2])

        let remote = ProbeBackend.elsewhere()
        try parallelConfig(backend: .instance(remote), nJobs: 3) { () throws in
            #expect(try refusal { try Parallel(prefer: .threads).forEach(0..<1) { _ in } }.code == .taskNotPortable)
        }
        try parallelConfig(backend: "threading", nJobs: 3, prefer: .processes) { () throws in
            #expect(try plannedWorkers { Parallel() } == 3)
        }
        try parallelConfig(backend: "sequential", nJobs: 3, prefer: .threads) { () throws in
            #expect(try plannedWorkers { Parallel() } == 1)
        }
    }

    @Test("A scope's backend without shared memory gives way to threads, with all its jobs")
    func yieldsToThreads() throws {
        let remote = ProbeBackend.elsewhere()
        let name = registerUnderFreshName(remote)
        for selection in [BackendSelection.named(name), .instance(remote)] {
            try parallelConfig(backend: selection, nJobs: 3) { () throws in
                #expect(try plannedWorkers { Parallel(require: .sharedmem) } == 3)
                #expect(try plannedWorkers { Parallel(nJobs: 2, require: .sharedmem) } == 2)
                #expect(try Parallel(require: .sharedmem).map(0..<9) { $0 } == Array(0..<9))
            }
            try parallelConfig(backend: selection, nJobs: 3, require: .sharedmem) { () throws in
                #expect(try plannedWorkers { Parallel() } == 3)
            }
        }
        #expect(remote.opened.all.isEmpty)
    }

    @Test("A scope's backend with shared memory stays when memory must be shared")
    func staysWithSharedMemory() throws {
        let probe = ProbeBackend()
        try parallelConfig(backend: .instance(probe), nJobs: 3, require: .sharedmem) {
            try Parallel().forEach(0..<100) { _ in }
        }
        #expect(probe.opened.all == [3])
    }

    @Test("A backend without shared memory that the call itself names is refused when memory must be shared")
    func insists() throws {
        let remote = ProbeBackend.elsewhere()
        let name = registerUnderFreshName(remote)
        for (selection, shown) in [(BackendSelection.named(name), "'\(name)'"), (.instance(remote), "ProbeBackend")] {
            let error = try refusal {
                try Parallel(nJobs: 2, backend: selection, require: .sharedmem).forEach(0..<1) { _ in }
            }
            #expect(error.code == .sharedMemoryRequired)
            #expect(error.detail.contains(shown))
            #expect(error.detail.contains("threading"))
        }
    }

    @Test("A default without shared memory gives way to threads, by hint and by constraint")
    func foreignDefault() async {
        await #expect(processExitsWith: .success) {
            let remote = ProbeBackend.elsewhere()
            registerParallelBackend("elsewhere", makeDefault: true) { _ in remote }
            #expect(try refusal { try Parallel(nJobs: 3).forEach(0..<1) { _ in } }.code == .taskNotPortable)
            #expect(try plannedWorkers { Parallel(nJobs: 3, require: .sharedmem) } == 3)
            #expect(try plannedWorkers { Parallel(nJobs: 3, prefer: .threads) } == 3)
            let scoped = try parallelConfig(nJobs: 3, prefer: .threads) { try plannedWorkers { Parallel() } }
            #expect(scoped == 3)
        }
    }

    @Test("prefer: .processes with require: .sharedmem is refused, wherever the two come from")
    func inconsistent() throws {
        let direct = Parallel(nJobs: 2, prefer: .processes, require: .sharedmem)
        #expect(try refusal { try direct.forEach(0..<1) { _ in } }.code == .inconsistentHints)
        try parallelConfig(prefer: .processes) { () throws in
            #expect(
                try refusal { try Parallel(require: .sharedmem).forEach(0..<1) { _ in } }.code == .inconsistentHints
            )
        }
        // The scope alone does no harm.
        #expect(parallelConfig(prefer: .processes, require: .sharedmem) { 1 } == 1)
    }

    @Test("A closure is refused by a backend that cannot carry it, before anything starts")
    func closureElsewhere() throws {
        let remote = ProbeBackend.elsewhere()
        let ran = Tally()
        let error = try refusal {
            try Parallel(nJobs: 2, backend: .instance(remote)).forEach(0..<3) { _ in ran.add() }
        }
        #expect(error.code == .taskNotPortable)
        #expect(ran.count == 0)
        #expect(remote.opened.all.isEmpty)
    }
}
