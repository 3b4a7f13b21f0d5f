// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Foundation
import Glibc
import Joblib
import JoblibCluster
import NIOCore
import Synchronization
import TestProcesses
import Testing

@testable import JoblibTCP

/// Observers of coordinators and hosts.
@Suite("Status", .timeLimit(.minutes(2)), .serialized)
struct StatusTests {
    init() { registerTCPBackend() }

    /// Asks until an answer is as it is to be.
    private func status(
        _ address: String,
        _ token: ClusterToken,
        until isWanted: (ClusterStatus) -> Bool = { _ in true }
    ) throws -> ClusterStatus {
        var found: ClusterStatus?
        let end = ContinuousClock.now + .seconds(30)
        try ClusterObserver.follow(address, .token(token), every: .milliseconds(100)) { status in
            if isWanted(status) { found = status }
            guard ContinuousClock.now < end else { throw HostFault(description: "30 s in vain: \(status)") }
            return found == nil
        }
        return try #require(found)
    }

    private func parameters(_ address: String, _ token: ClusterToken) -> [BackendParameter] {
        [
            .listen(address), .token(token), .heartbeatInterval(.milliseconds(100)),
            .waitForWorkers(atLeast: 2, within: .seconds(30)),
        ]
    }

    @Test("A coordinator that listens tells of its hosts: workers, tasks, bytes, round trip, whether one drains")
    func coordinator() throws {
        let token = ClusterToken.generate()
        let address = "127.0.0.1:\(Sockets.closedPort())"
        let host = try HostRun.dialling(address, slots: 2, token)
        let parallel = Parallel(backend: .tcp, batchSize: 1, backendParams: self.parameters(address, token))
        _ = try parallel((0..<100).map { Delayed(Root(of: Double($0))) })
        let failing = (0..<4).map { Delayed(Fatal(index: $0, culprit: 2, kind: .error)) }
        _ = try parallel.results(failing)
        let idle = try self.status(address, token) { $0.hosts.first.map { $0.done >= 103 && $0.failed >= 1 } ?? false }
        #expect(idle.teller == .coordinator && idle.hosts.count == 1)
        #expect(idle.hosts[0].slots == 2 && idle.hosts[0].running == 0 && !idle.hosts[0].isDraining)
        #expect(idle.hosts[0].done == 103 && idle.hosts[0].failed == 1)
        #expect(idle.hosts[0].bytesIn > 1000 && idle.hosts[0].bytesOut > 1000)
        #expect(try #require(idle.hosts[0].roundTrip) > .zero)
        let rendezvous = Rendezvous()
        let call = BackgroundCall { try parallel((0..<2).map { Delayed(Held($0, rendezvous)) }) }
        try rendezvous.waitForBegun(2)
        #expect(try self.status(address, token) { $0.hosts[0].running == 2 }.hosts[0].name == idle.hosts[0].name)
        try host.signal(SIGTERM)
        #expect(try self.status(address, token) { $0.hosts.first?.isDraining == true }.hosts[0].running == 2)
        rendezvous.open()
        #expect(try call.value().count == 2)
        #expect(try self.status(address, token) { $0.hosts.isEmpty }.teller == .coordinator)
    }

    @Test("A host tells of itself, and its coordinator keeps it")
    func host() throws {
        let cluster = try TestCluster(1, slots: 2)
        #expect(try cluster.isWell(2))
        let rendezvous = Rendezvous()
        let call = BackgroundCall { try cluster.parallel(2)((0..<2).map { Delayed(Held($0, rendezvous)) }) }
        try rendezvous.waitForBegun(2)
        let status = try self.status(cluster.addresses[0], cluster.token) { $0.hosts[0].running == 2 }
        #expect(status.teller == .host && status.hosts.count == 1 && status.hosts[0].slots == 2)
        #expect(status.hosts[0].done == 100 && status.hosts[0].failed == 0)
        #expect(status.hosts[0].bytesIn > 1000 && status.hosts[0].bytesOut > 1000)
        rendezvous.open()
        #expect(try call.value().count == 2)
        // It has worked for one coordinator alone, and was not left by it.
        #expect(cluster.hosts[0].text.ranges(of: "works for").count == 1)
    }

    @Test("A task that ends its worker has failed")
    func deaths() throws {
        let cluster = try TestCluster(1, slots: 2)
        let tasks = (0..<4).map { Delayed(Fatal(index: $0, culprit: 1, kind: .trap)) }
        _ = try cluster.parallel(2).results(tasks)
        let status = try self.status(cluster.addresses[0], cluster.token) { $0.hosts[0].running == 0 }
        #expect(status.hosts[0].failed >= 1 && status.hosts[0].done >= 3)
    }

    @Test("S2: without the token nobody is told anything")
    func wrongToken() throws {
        let cluster = try TestCluster(1)
        let error = try #require(throws: ParallelError.self) {
            _ = try self.status(cluster.addresses[0], .generate())
        }
        #expect(error.code == .handshakeRejected && error.detail.contains("the token does not match"), "\(error)")
        let nobody = "127.0.0.1:\(Sockets.closedPort())"
        let other = try #require(throws: ParallelError.self) { _ = try self.status(nobody, cluster.token) }
        #expect(other.code == .noWorkers && other.detail.contains(nobody), "\(other)")
    }

    @Test("Eight observers are let in at once, and the ninth is told so; the coordinator works meanwhile")
    func crowd() throws {
        let cluster = try TestCluster(1)
        let told = Mutex(0)
        let isOver = Mutex(false)
        let calls = try (0..<Observers.largestCount)
            .map { _ in
                let (address, token) = (cluster.addresses[0], cluster.token)
                let before = told.withLock { $0 }
                let call = BackgroundCall {
                    var isFirst = true
                    try ClusterObserver.follow(address, .token(token), every: .milliseconds(100)) { _ in
                        if isFirst { told.withLock { $0 += 1 } }
                        isFirst = false
                        return !isOver.withLock { $0 }
                    }
                }
                try Rendezvous().wait("an observer is let in") { told.withLock { $0 } > before }
                return call
            }
        let error = try #require(throws: ParallelError.self) {
            _ = try self.status(cluster.addresses[0], cluster.token)
        }
        #expect(error.code == .noWorkers && error.detail.contains("has 8 observers already"), "\(error)")
        #expect(try cluster.isWell(2))
        isOver.withLock { $0 = true }
        for call in calls { try call.value() }
        // Its place is free again, as soon as the host has noticed.
        try Rendezvous().wait("there is room") { (try? self.status(cluster.addresses[0], cluster.token)) != nil }
    }

    @Test("S18: an observer that asks for work is shut out", arguments: [0, 1, 2])
    func hostile(_ what: Int) throws {
        let cluster = try TestCluster(1)
        let peer = try FakePeer.coordinator(cluster.addresses[0], cluster.token, role: .observer) { connection in
            switch what {
            case 0: connection.send(.open(1, workers: 1, parameters: []))
            case 1: connection.send(.pong(1, HostCounts()))
            default: connection.send(.status(StatusMessage(name: "", teller: .host, hosts: [])))
            }
        }
        defer { peer.stop() }
        try Rendezvous().wait("it is shut out") { !peer.ends.isEmpty }
        #expect(try cluster.isWell(2))
        #expect(cluster.hosts[0].text.ranges(of: "works for").count == 1)
    }

    @Test("What is asked too often, or never again, is told at a bearable pace")
    func pace() throws {
        let cluster = try TestCluster(1)
        let peer = try FakePeer.coordinator(cluster.addresses[0], cluster.token, role: .observer) { connection in
            connection.send(.observe(interval: 0))
        }
        defer { peer.stop() }
        let start = ContinuousClock.now
        try Rendezvous().wait("it is told") { peer.received.count >= 5 }
        // Four intervals of 100 ms lie between them.
        #expect(ContinuousClock.now - start >= .milliseconds(390))
    }

    @Test("joblib-worker status prints a table")
    func program() async throws {
        let cluster = try TestCluster(1, slots: 2)
        #expect(try cluster.isWell(2))
        let file = FileManager.default.temporaryDirectory.appending(path: "joblib-token-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        _ = FileManager.default.createFile(
            atPath: file.path,
            contents: Data(cluster.token.secretText.utf8),
            attributes: [.posixPermissions: 0o600]
        )
        let run = try await ProgramRun.run(
            BuildProducts.program("joblib-worker"),
            ["status", cluster.addresses[0], "--token-file", file.path, "--once"]
        )
        #expect(run.status == 0, "\(run.output)")
        let lines = run.output.split(separator: "\n")
        #expect(lines.count == 3 && lines[0].hasPrefix("host "), "\(run.output)")
        #expect(lines[1].hasPrefix("host") && lines[1].contains("round trip"), "\(run.output)")
        #expect(lines[2].split(separator: " ").dropFirst().prefix(4) == ["2", "0", "100", "0"], "\(run.output)")
        let nobody = try await ProgramRun.run(
            BuildProducts.program("joblib-worker"),
            ["status", "127.0.0.1:\(Sockets.closedPort())", "--token-file", file.path]
        )
        #expect(nobody.status == 69 && nobody.output.contains("name where a host listens"), "\(nobody.output)")
    }
}

#endif
