// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Foundation
import Glibc
import Joblib
import JoblibTCP
import Synchronization
import Testing

/// What an observer learns of the hosts of its loop.
@Suite("Events of hosts", .timeLimit(.minutes(2)), .serialized)
struct HostEventsTests {
    init() { registerTCPBackend() }

    /// The events of hosts that were told, and the ends of calls.
    private final class Story: Sendable {
        private let events = Mutex<[ParallelEvent]>([])

        var all: [ParallelEvent] { self.events.withLock { $0 } }

        func config(_ body: () throws -> Void) rethrows {
            let observer = ProgressDisplay.observer { event in
                guard event.host != nil || event.kind == .done else { return }
                self.events.withLock { $0.append(event) }
            }
            try parallelConfig(progress: observer, body)
        }

        func kinds(of port: Substring) -> [ParallelEvent.Kind] {
            self.all.filter { $0.host?.hasSuffix(":\(port)") == true }.map(\.kind)
        }
    }

    @Test("tell of those that are there, of one that is killed, and of one that is asked to end")
    func comingAndGoing() throws {
        let cluster = try TestCluster(3, slots: 1)
        let ports = cluster.addresses.compactMap { $0.split(separator: ":").last }
        let (rendezvous, story) = (Rendezvous(), Story())
        let call = BackgroundCall {
            try story.config { _ = try cluster.parallel(3)((0..<6).map { Delayed(Held($0, rendezvous)) }) }
        }
        try rendezvous.waitForBegun(3)
        try rendezvous.wait("all hosts are told of") { story.all.count == 3 }
        #expect(story.all.allSatisfy { $0.kind == .hostJoined && $0.workerCount == 1 && $0.reason == nil })
        try cluster.hosts[0].signal(SIGKILL)
        try rendezvous.wait("a host is lost") { story.all.last?.kind == .hostLost }
        #expect(story.all.last?.reason?.isEmpty == false)
        try cluster.hosts[1].signal(SIGTERM)
        try cluster.hosts[1].wait(for: "leaves when")
        rendezvous.open(
            try #require(rendezvous.begun.first { parentProcess(of: $0.pid) == (try? cluster.hosts[1].pid) }).index
        )
        #expect(try cluster.hosts[1].waitUntilEnded() == 0)
        try rendezvous.wait("a host has left") { story.all.last?.kind == .hostLeft }
        rendezvous.open()
        try call.value()
        #expect(story.kinds(of: ports[0]) == [.hostJoined, .hostLost])
        #expect(story.kinds(of: ports[1]) == [.hostJoined, .hostLeft])
        #expect(story.kinds(of: ports[2]) == [.hostJoined])
        #expect(story.all.last?.kind == .done)
    }

    @Test("tell of one that comes while the loop runs, and of those in a pool at the beginning of each call")
    func late() throws {
        let token = ClusterToken.generate()
        let address = "127.0.0.1:\(Sockets.closedPort())"
        let (rendezvous, story) = (Rendezvous(), Story())
        let first = try HostRun.dialling(address, slots: 1, token)
        let call = BackgroundCall {
            try story.config {
                try Parallel(
                    backend: .tcp,
                    batchSize: 1,
                    backendParams: [.listen(address), .token(token), .waitForWorkers(within: .seconds(30))]
                )
                .withPool { pool in
                    _ = try pool((0..<6).map { Delayed(Held($0, rendezvous)) })
                    _ = try pool((0..<6).map { Delayed(Root(of: Double($0))) })
                }
            }
        }
        try rendezvous.waitForBegun(1)
        let second = try HostRun.dialling(address, slots: 2, token)
        try rendezvous.waitForBegun(3)
        try rendezvous.wait("both hosts are told of") { story.all.count == 2 }
        rendezvous.open()
        try call.value()
        #expect(story.all.map(\.kind) == [.hostJoined, .hostJoined, .done, .hostJoined, .hostJoined, .done])
        #expect(story.all.compactMap(\.workerCount).sorted() == [1, 1, 2, 2], "\(first.text) \(second.text)")
    }
}

#endif
