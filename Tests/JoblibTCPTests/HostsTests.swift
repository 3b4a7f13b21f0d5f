// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Foundation
import Glibc
import Joblib
import JoblibTCP
import Synchronization
import TestProcesses
import Testing

/// Calls on hosts that are well.
@Suite("Calls on other hosts", .timeLimit(.minutes(2)), .serialized)
struct HostsTests {
    /// Two hosts with four workers each, for all of these tests.
    private static let shared = Result {
        registerTCPBackend()
        return try TestCluster(2, slots: 4)
    }

    private let cluster: TestCluster

    init() throws { self.cluster = try Self.shared.get() }

    @Test("Unset nJobs is all workers of all hosts")
    func all() throws {
        let rendezvous = Rendezvous()
        let call = BackgroundCall { [cluster] in
            try cluster.parallel(8)((0..<8).map { Delayed(Held($0, rendezvous)) })
        }
        try rendezvous.waitForBegun(8)
        rendezvous.open()
        let pids = try call.value()
        #expect(Set(pids).count == 8)
        #expect(Set(rendezvous.begun.map(\.pid)) == Set(pids))
    }

    @Test("Two jobs on eight workers are two at once, and no more")
    func fewJobs() throws {
        let rendezvous = Rendezvous()
        let counts =
            try self.cluster.parallel(8, nJobs: 2)((0..<60).map { _ in Delayed(Crowd(folder: rendezvous.path)) })
        #expect(counts.allSatisfy { $0 <= 2 } && counts.count == 60, "\(counts)")
    }

    @Test("Two calls at once share the hosts, by one connection to each")
    func twoCalls() throws {
        let (first, second) = (Rendezvous(), Rendezvous())
        let calls = [first, second]
            .map { rendezvous in
                BackgroundCall { [cluster] in
                    try cluster.parallel(8)((0..<20).map { Delayed(Held($0, rendezvous)) })
                }
            }
        try first.waitForBegun(1)
        try second.waitForBegun(1)
        first.open()
        second.open()
        for call in calls { #expect(try call.value().count == 20) }
        for host in self.cluster.hosts { #expect(host.text.ranges(of: "works for").count == 1) }
    }

    @Test("Random numbers are those of threads")
    func seeds() throws {
        let tasks = (0..<50).map { _ in Delayed(Draw()) }
        let there = try self.cluster.parallel(8, batchSize: .auto, seed: 7)(tasks)
        let here = try Parallel(nJobs: 2, backend: .threading, seed: 7)(tasks)
        #expect(there == here)
    }

    @Test("A task runs again as often as it may")
    func retries() throws {
        let tasks = (0..<10).map { Delayed(Flaky(index: $0, failures: $0 % 3)) }
        #expect(try self.cluster.parallel(8, retries: 2)(tasks) == Array(0..<10))
        let failure = try #require(throws: TaskFailure.self) { try self.cluster.parallel(8, retries: 1)(tasks) }
        #expect(failure.index % 3 == 2 && failure.attempt == 2)
    }

    @Test("Variables reach the workers, and none of the cluster's own does")
    func environment() throws {
        let loop = self.cluster.parallel(8, .environment(["TEST_COLOUR": "blue"]))
        let names = ["TEST_COLOUR", "JOBLIB_TOKEN", "JOBLIB_WORKER_LISTEN"]
        #expect(try loop(names.map { Delayed(WorkerVariable(name: $0)) }) == ["blue", nil, nil])
    }

    @Test("An initializer that throws ends the call with what it has thrown, and the next call is well")
    func initializer() throws {
        let bad = BackendParameter.initializer(Delayed(Fatal(index: 0, culprit: 0, kind: .error)))
        let error = try #require(throws: (any Error).self) {
            try self.cluster.parallel(8, bad)((0..<4).map { Delayed(Root(of: Double($0))) })
        }
        #expect("\(error)".contains("initializer") && "\(error)".contains("Meant"), "\(error)")
        #expect(try self.cluster.isWell(8))
        let good = BackendParameter.initializer(Delayed(Root(of: 4)))
        #expect(try self.cluster.parallel(8, good)([Delayed(Root(of: 9))]) == [3])
    }

    @Test("A loop in a task runs there")
    func nested() throws {
        #expect(try self.cluster.parallel(8)((0..<6).map { Delayed(SumOfRoots(count: $0)) }) == [0, 0, 1, 3, 6, 10])
    }

    @Test("A worker leaves after as many tasks as it may run")
    func fewTasks() throws {
        let one = try TestCluster(1, slots: 1, token: self.cluster.token)
        let pids = try one.parallel(1, .maxTasksPerWorker(2))((0..<8).map { _ in Delayed(WorkerPID()) })
        for pid in pids { #expect(pids.count { $0 == pid } <= 2) }
        #expect(Set(pids).count >= 4)
    }

    @Test(
        "A task that ends its worker, or never ends, is named with its host",
        arguments: [Fatal.Kind.trap, .endless, .error]
    )
    func blame(_ kind: Fatal.Kind) throws {
        let loop = self.cluster.parallel(8, timeout: kind == .endless ? .seconds(1) : nil)
        let failure = try #require(throws: TaskFailure.self) {
            try loop((0..<20).map { Delayed(Fatal(index: $0, culprit: 13, kind: kind)) })
        }
        #expect(failure.index == 13 && failure.arguments.contains("13"), "\(failure)")
        #expect(failure.worker.host.contains(ProcessInfo.processInfo.hostName), "\(failure.worker)")
        #expect(failure.worker.pid > 0 && failure.worker.pid != Int(getpid()))
        switch kind {
        case .trap:
            #expect(failure.reason.signal == SIGILL || failure.reason.signal == SIGTRAP)
            #expect("\(failure)".contains("ClusterTasks.swift:"), "\(failure)")
            #expect("\(failure)".contains("on \(failure.worker.host)"), "\(failure)")
        case .endless: #expect(failure.reason == .timedOut)
        case .error, .kill: #expect(failure.reason == .threw)
        }
        #expect(try self.cluster.isWell(8))
    }

    @Test("Only a task that crashes fails, and what shared its batch runs again")
    func bystanders() throws {
        let results = try self.cluster.parallel(8, batchSize: 5)
            .results((0..<40).map { Delayed(Fatal(index: $0, culprit: 13, kind: .trap)) })
        for (index, result) in results.enumerated() {
            switch result {
            case .success(let value): #expect(value == index && index != 13)
            case .failure(let failure): #expect(failure.index == 13 && index == 13)
            }
        }
    }

    @Test("A task whose worker is killed each time is given up after three workers")
    func quarantine() throws {
        let failure = try #require(throws: TaskFailure.self) {
            try self.cluster.parallel(8)((0..<8).map { Delayed(Fatal(index: $0, culprit: 3, kind: .kill)) })
        }
        #expect(failure.index == 3 && failure.reason == .quarantined(signal: SIGKILL) && failure.attempt == 3)
        #expect(try self.cluster.isWell(8))
    }

    @Test("A connection that has nothing to do for long, by the measure of its heartbeats, stays")
    func idle() throws {
        var one = try TestCluster(1, slots: 1, token: self.cluster.token)
        one.heartbeat = .milliseconds(200)
        #expect(try one.isWell(1))
        usleep(1_500_000)
        #expect(try one.isWell(1))
        #expect(one.hosts[0].text.ranges(of: "works for").count == 1, "\(one.hosts[0].text)")
    }
}

#endif
