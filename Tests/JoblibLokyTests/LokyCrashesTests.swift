// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Glibc
import Joblib
import JoblibPOSIX
import Synchronization
import Testing

@Suite("Tasks that crash a spawned worker", .timeLimit(.minutes(2)), .serialized)
struct LokyCrashesTests {
    @Test("The task that did it is named, with how, alone or in a batch", arguments: Crash.allCases, [1, 8])
    func blame(_ crash: Crash, _ batchSize: Int) throws {
        let call = Parallel(nJobs: 2, backend: .loky, batchSize: .init(batchSize))
        let failure = try taskFailure {
            try call((0..<32).map { Delayed(Crashing(value: $0, culprit: 13, crash: crash)) })
        }
        #expect(failure.index == 13 && failure.arguments.contains("13"))
        #expect(failure.reason.signal == crash.signal)
        if crash.signal == nil { #expect(failure.reason.exitCode == (crash == .exit ? 3 : 0)) }
        #expect(failure.worker.pid != Int(getpid()) && failure.worker.pid > 0)
        try expectHealth()
    }

    @Test("Where it was is said, with file and line", arguments: [Crash.outOfBounds, .fatal, .abort, .null])
    func place(_ crash: Crash) throws {
        let failure = try taskFailure {
            try loky((0..<4).map { Delayed(Crashing(value: $0, culprit: 2, crash: crash)) })
        }
        let trace = try #require(failure.remoteTrace)
        #expect(trace.contains("Crash.happen"), "\(trace)")
        #expect("\(failure.underlyingError)".contains("LokyTasks.swift:"), "\(failure.underlyingError)")
        if crash == .fatal { #expect("\(failure.underlyingError)".contains("meant so")) }
    }

    @Test("Only the culprits fail, and what shared their batches runs again")
    func bystanders() throws {
        let call = Parallel(nJobs: 2, backend: .loky, batchSize: 8)
        let tasks = (0..<40).map { Delayed(Crashing(value: $0 % 10, culprit: 5, crash: .abort)) }
        for (index, result) in try call.results(tasks).enumerated() {
            switch result {
            case .success(let output): #expect(output == index % 10 && index % 10 != 5)
            case .failure(let failure): #expect(failure.index == index && index % 10 == 5)
            }
        }
        try expectHealth()
    }

    @Test("A task that traps while it is encoded ends its caller, which is where that happens")
    func trapsWhileEncoding() async throws {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = try? await loky.run([Delayed(TrapsEncoding())])
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains("meant so, while encoding"))
    }

    @Test("A task whose worker is killed from outside runs again, twice")
    func outside() throws {
        let path = NSTemporaryDirectory() + UUID().uuidString
        defer { unlink(path) }
        let tasks = { (count: Int) in (0..<8).map { Delayed(Killed(value: $0, culprit: 3, count: count, path: path)) } }
        #expect(try loky(tasks(2)) == Array(0..<8))
        unlink(path)
        let failure = try taskFailure { try loky(tasks(100)) }
        #expect(failure.index == 3 && failure.reason == .quarantined(signal: SIGKILL) && failure.attempt == 3)
        unlink(path)
        let once = Parallel(nJobs: 2, backend: .loky, backendParams: [.idempotent(false)])
        let only = try taskFailure { try once(tasks(1)) }
        #expect(only.index == 3 && only.reason == .terminated(signal: SIGKILL) && only.attempt == 1)
        try expectHealth()
    }

    @Test("A task that has ended every worker that it was given gets no other, while the rest goes on")
    func quarantine() throws {
        let tasks = (0..<40).map { Delayed(Travelling(value: $0, fault: $0 % 20 == 3 ? .runningIsKilled : nil)) }
        for (index, result) in try Parallel(nJobs: 2, backend: .loky, batchSize: 5).results(tasks).enumerated() {
            switch result {
            case .success(let parcel): #expect(parcel.value == index && index % 20 != 3)
            case .failure(let failure):
                #expect(failure.index == index && index % 20 == 3)
                #expect(failure.reason.name == "quarantined" && failure.reason.signal == SIGKILL)
                #expect(failure.attempt == 3 && "\(failure)".contains("every worker"), "\(failure)")
            }
        }
        try expectHealth()
    }

    @Test("A worker that is killed while it has nothing to do is replaced by the next call")
    func idle() throws {
        try expectHealth()
        let victims = LokyBackend.workerPIDs
        #expect(victims.count >= 2)
        for pid in victims { kill(pid, SIGKILL) }
        try expectHealth()
        #expect(Set(victims).isDisjoint(with: LokyBackend.workerPIDs))
    }

    @Test("A task past its limit is ended with its worker, and it is said where it was")
    func timeout() throws {
        let call = Parallel(nJobs: 2, backend: .loky, timeout: .milliseconds(300))
        let failure = try taskFailure { try call((0..<4).map { Delayed(Endless(value: $0)) }) }
        #expect(failure.index == 1 && failure.reason == .timedOut)
        #expect(failure.remoteTrace?.contains("Endless.run") == true, "\(failure.remoteTrace ?? "no trace")")
        try expectHealth()
    }

    @Test("A crash is tried again where that is asked for")
    func retries() throws {
        let path = NSTemporaryDirectory() + UUID().uuidString
        defer { unlink(path) }
        let call = Parallel(nJobs: 2, backend: .loky, retries: 1, backendParams: [.idempotent(false)])
        #expect(try call((0..<6).map { Delayed(Killed(value: $0, culprit: 3, count: 1, path: path)) }) == Array(0..<6))
    }

    @Test("An error that a task throws arrives as itself, and the pool goes on")
    func throwing() throws {
        let failure = try taskFailure { try loky((0..<10).map { Delayed(Throwing(value: $0, culprit: 4)) }) }
        #expect(failure.underlyingError as? Mishap == .number(4) && failure.index == 4 && failure.reason == .threw)
        try expectHealth()
    }

    @Test("Workers that kill each other at once cost no result")
    func duel() throws {
        let path = NSTemporaryDirectory() + UUID().uuidString
        mkdir(path, 0o700)
        defer { try? FileManager.default.removeItem(atPath: path) }
        let call = Parallel(nJobs: 2, backend: .loky, batchSize: 1)
        #expect(try call((0..<8).map { Delayed(Duel(index: $0, path: path)) }) == Array(0..<8))
        // Of two at once one may die with its finger on the trigger.
        let shots = try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasPrefix("shot") }
        let victims = Set(shots.compactMap { Int32($0.dropFirst(4)) })
        #expect(!victims.isSubset(of: LokyBackend.workerPIDs), "\(shots)")
        try expectHealth()
    }

    @Test("A crash where a task's value is released is the task's", arguments: [1, 4])
    func release(_ batchSize: Int) throws {
        let call = Parallel(nJobs: 2, backend: .loky, batchSize: .init(batchSize))
        for (index, result) in try call.results((0..<12).map { Delayed(Fused(value: $0, culprit: 5)) }).enumerated() {
            switch result {
            case .success(let output): #expect(output == index && index != 5)
            case .failure(let failure):
                #expect(failure.index == 5 && index == 5 && failure.reason == .terminated(signal: SIGILL))
                #expect("\(failure)".contains("released"), "\(failure)")
            }
        }
        try expectHealth()
    }

    @Test("Whatever kills workers at random, the results are those of a sequential run")
    func chaos() throws {
        let tasks = { (pause: UInt32) in (0..<10_000).map { Delayed(Drawing(value: $0, pause: pause)) } }
        let expected = try Parallel(nJobs: 1, seed: 7)(tasks(0))
        let killer = try Killer(meanNanoseconds: 200_000_000)
        defer { killer.stop() }
        // A task whose worker was killed three times is given up, and the killer does not know whom it meets. At a kill in 400 ms for each
        // worker, some 35 in all, a task of a millisecond would be met that often in one run of four thousand; more retries rule it out.
        let outputs = try Parallel(nJobs: 2, backend: .loky, seed: 7, retries: 100)(tasks(1000))
        #expect(outputs.map(\.bitPattern) == expected.map(\.bitPattern))
        killer.stop()
        #expect(killer.count > 0)
        try expectHealth()
    }
}

/// Kills a worker of the pool every now and then; the times between are those of a Poisson process.
private final class Killer: Sendable {
    private let isOver = Atomic<Bool>(false)
    private let kills = Atomic<Int>(0)
    private let ended = WaitWord()

    var count: Int { self.kills.load(ordering: .relaxed) }

    init(meanNanoseconds: Double) throws {
        try PlatformThread.start(name: "killer") {
            var generator = SystemRandomNumberGenerator()
            while !self.isOver.load(ordering: .relaxed) {
                let wait = -log(Double.random(in: .leastNonzeroMagnitude..<1, using: &generator)) * meanNanoseconds
                usleep(UInt32(min(wait, 1e9) / 1000))
                guard !self.isOver.load(ordering: .relaxed), let pid = LokyBackend.workerPIDs.randomElement() else {
                    continue
                }
                if kill(pid, SIGKILL) == 0 { self.kills.wrappingAdd(1, ordering: .relaxed) }
            }
            self.ended.advance()
        }
    }

    func stop() {
        self.isOver.store(true, ordering: .relaxed)
        self.ended.wait(while: 0)
    }
}
