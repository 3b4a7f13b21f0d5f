// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Foundation
import Glibc
import Joblib
import JoblibTCP
import Testing

/// What workers do whose host does not know yet that others have got its tasks.
@Suite("Workers of a host that sleeps", .timeLimit(.minutes(2)), .serialized)
struct LeaseTests {
    init() { registerTCPBackend() }

    @Test("begin with nothing that runs elsewhere by then, and go on when the host is back")
    func stoppedHost() throws {
        var cluster = try TestCluster(2, slots: 1)
        cluster.heartbeat = .milliseconds(200)
        let rendezvous = Rendezvous()
        let call = BackgroundCall { [cluster] in
            try cluster.parallel(2)((0..<8).map { Delayed(Held($0, rendezvous)) })
        }
        try rendezvous.waitForBegun(2)
        let host = cluster.hosts[0]
        let stopped = try host.pid
        let held = try #require(rendezvous.begun.first { parentProcess(of: $0.pid) == stopped })
        let other = try #require(rendezvous.begun.first { $0.pid != held.pid })

        // Its worker runs on, with more than one task in memory of its own.
        try host.signal(SIGSTOP)
        defer { try? host.signal(SIGCONT) }
        for index in 0..<8 where index != held.index { rendezvous.open(index) }
        try rendezvous.wait("what it had runs elsewhere") {
            rendezvous.begun.contains { $0.index == held.index && $0.pid == other.pid }
        }
        rendezvous.open(held.index)
        #expect(try call.value() == Array(repeating: other.pid, count: 8))
        // Time enough for a worker that is done to begin with what it has.
        let pause = (0..<60).map { _ in Delayed(WorkerPID(milliseconds: 5)) }
        #expect(Set(try cluster.parallel(1)(pause)) == [other.pid])
        #expect(rendezvous.begun.count { $0.pid == held.pid } == 1, "\(rendezvous.begun)")

        // What has come for it meanwhile is as old.
        try host.signal(SIGCONT)
        try host.wait(for: "no longer works for")
        #expect(rendezvous.begun.count { $0.pid == held.pid } == 1, "\(rendezvous.begun)")
        let pids = try cluster.parallel(2)((0..<40).map { _ in Delayed(WorkerPID(milliseconds: 5)) })
        #expect(Set(pids).count == 2, "the host that was stopped does nothing any more: \(pids)")
    }
}

#endif
