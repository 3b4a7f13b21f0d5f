// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Foundation
import Glibc
import Joblib
import JoblibTCP
import TestProcesses
import Testing

/// Hosts that come and go while a loop runs.
@Suite("Hosts that come and go", .timeLimit(.minutes(2)), .serialized)
struct HostChangesTests {
    init() { registerTCPBackend() }

    @Test("A host that dials in while a loop runs gets tasks of it")
    func join() throws {
        let token = ClusterToken.generate()
        let address = "127.0.0.1:\(Sockets.closedPort())"
        let rendezvous = Rendezvous()
        let first = try HostRun.dialling(address, slots: 1, token)
        let call = BackgroundCall {
            try Parallel(
                backend: .tcp,
                batchSize: 1,
                backendParams: [.listen(address), .token(token), .waitForWorkers(within: .seconds(30))]
            )((0..<6).map { Delayed(Held($0, rendezvous)) })
        }
        try rendezvous.waitForBegun(1)
        let second = try HostRun.dialling(address, slots: 2, token)
        do { try rendezvous.waitForBegun(3) } catch {
            throw HostFault(description: "\(error); \(rendezvous.begun); \(first.text); \(second.text)")
        }
        #expect(rendezvous.begun.count == 3)
        rendezvous.open()
        #expect(Set(try call.value()).count == 3)
        #expect(Set(rendezvous.begun.compactMap { parentProcess(of: $0.pid) }) == Set([try first.pid, try second.pid]))
    }

    @Test("A host that is asked to end does what it has begun, and no more, and exits with status 0")
    func drain() throws {
        let cluster = try TestCluster(2, slots: 1)
        let rendezvous = Rendezvous()
        let call = BackgroundCall { try cluster.parallel(2)((0..<6).map { Delayed(Held($0, rendezvous)) }) }
        try rendezvous.waitForBegun(2)
        let leaving = try cluster.hosts[0].pid
        let last = try #require(rendezvous.begun.first { parentProcess(of: $0.pid) == leaving })
        try cluster.hosts[0].signal(SIGTERM)
        try cluster.hosts[0].wait(for: "leaves when")
        rendezvous.open(last.index)
        #expect(try cluster.hosts[0].waitUntilEnded() == 0)
        #expect(!call.isOver)
        rendezvous.open()
        let pids = try call.value()
        #expect(pids[last.index] == last.pid && pids.count { $0 == last.pid } == 1, "\(pids)")
        #expect(rendezvous.begun.count == 6, "\(rendezvous.begun)")
        // Whoever is asked to end while it has nothing to do ends at once.
        try cluster.hosts[1].signal(SIGTERM)
        #expect(try cluster.hosts[1].waitUntilEnded() == 0)
    }

    @Test("A host that is asked twice ends at once, and its tasks run elsewhere")
    func endAtOnce() throws {
        let cluster = try TestCluster(2, slots: 1)
        let rendezvous = Rendezvous()
        let call = BackgroundCall { try cluster.parallel(2)((0..<4).map { Delayed(Held($0, rendezvous)) }) }
        try rendezvous.waitForBegun(2)
        try cluster.hosts[0].signal(SIGTERM)
        try cluster.hosts[0].wait(for: "leaves when")
        try cluster.hosts[0].signal(SIGTERM)
        #expect(try cluster.hosts[0].waitUntilEnded() == 128 + 15)
        rendezvous.open()
        #expect(try call.value().count == 4)
    }

    @Test("A host that is killed takes its workers with it, and its tasks run elsewhere")
    func kill() throws {
        let cluster = try TestCluster(2, slots: 2)
        let rendezvous = Rendezvous()
        let call = BackgroundCall { try cluster.parallel(4)((0..<12).map { Delayed(Held($0, rendezvous)) }) }
        try rendezvous.waitForBegun(4)
        let victim = try cluster.hosts[0].pid
        let workers = rendezvous.begun.map(\.pid).filter { parentProcess(of: $0) == victim }
        #expect(workers.count == 2)
        try cluster.hosts[0].signal(SIGKILL)
        #expect(ProcessState.haveEnded(workers, within: 5))
        rendezvous.open()
        let pids = try call.value()
        #expect(pids.count == 12 && Set(pids).isDisjoint(with: workers))
        #expect(rendezvous.begun.count == 14, "what ran there has run again, and nothing else has")
    }

    @Test("A host that was ended and is started again at the same address gets tasks again")
    func restart() throws {
        let first = try TestCluster(1, slots: 1)
        let rendezvous = Rendezvous()
        let call = BackgroundCall { try first.parallel(1)((0..<3).map { Delayed(Held($0, rendezvous)) }) }
        try rendezvous.waitForBegun(1)
        try first.hosts[0].signal(SIGKILL)
        _ = try first.hosts[0].waitUntilEnded()
        let second = try HostRun.listening(slots: 1, first.token, at: first.addresses[0])
        rendezvous.open()
        #expect(try call.value().count == 3)
        #expect(second.text.contains("works for"))
    }

    @Test("A task that may not run twice fails with its host")
    func notIdempotent() throws {
        let cluster = try TestCluster(1, slots: 1)
        let rendezvous = Rendezvous()
        let call = BackgroundCall {
            try cluster.parallel(1, .idempotent(false), .hostTimeout(.milliseconds(200)))(
                (0..<2).map { Delayed(Held($0, rendezvous)) }
            )
        }
        try rendezvous.waitForBegun(1)
        try cluster.hosts[0].signal(SIGKILL)
        let error = try #require(throws: TaskFailure.self) { try call.value() }
        #expect(error.reason == .workerLost, "\(error)")
        #expect("\(error)".contains(cluster.addresses[0].split(separator: ":")[1]), "\(error)")
        #expect(rendezvous.begun.count == 1)
    }
}

#endif
