// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Foundation
import Glibc
import Joblib
import JoblibCluster
import NIOCore
import Testing

@testable import JoblibTCP

/// Peers that belong to the cluster and do not keep to what is agreed; S12, S16, S18 and S20 of docs/security.md.
@Suite("Hosts and coordinators that misbehave", .timeLimit(.minutes(2)), .serialized)
struct BadPeersTests {
    /// What a host says that it has no business to say, when it gets a batch.
    enum Lie: String, CaseIterable, Sendable {
        case foreignBatch, twice, garbage, nothing, wrongKind, tooShort, unknownKind, foreignGrant, refusal, accusation,
            silence

        func tell(_ connection: Connection, _ batch: BatchNumber, _ grant: GrantNumber) {
            switch self {
            case .foreignBatch:
                for number in 1...3 { connection.send(.answer(batch + 1000 * UInt64(number), [1, 2, 3])) }
            case .twice:
                // It gives back what it was given, so that somebody else has it, and then goes on about it.
                connection.send(.failed(batch, .returned))
                connection.send(.failed(batch, .returned))
                connection.send(.finished(batch))
                connection.send(.answer(batch, []))
            case .garbage:
                connection.send(.answer(batch, (0..<100).map { UInt8(truncatingIfNeeded: $0 &* 37) }))
                connection.send(.finished(batch))
            case .nothing: connection.send(.finished(batch))
            case .wrongKind: connection.send(.run(batch, grant, payload: []))
            case .tooShort: connection.write(raw: [0, 0, 0, 0])
            case .unknownKind: connection.write(raw: [17, 0, 0, 0, 99] + [UInt8](repeating: 0, count: 16))
            case .foreignGrant:
                for number in 1...3 {
                    connection.send(
                        .refused(grant + 1000 * UInt64(number), GrantRefusal(code: "startupFailed", detail: "no"))
                    )
                }
            case .refusal: connection.send(.refused(grant, GrantRefusal(code: "resourceExhausted", detail: "no")))
            case .accusation: connection.send(.refused(grant, GrantRefusal(code: "invalidArgument", detail: "no")))
            case .silence: break
            }
        }
    }

    init() { registerTCPBackend() }

    @Test("S16, S18, S20: a call is completed by the other hosts, whatever one says", arguments: Lie.allCases)
    func lies(_ lie: Lie) throws {
        let token = ClusterToken.generate()
        let honest = try TestCluster(1, slots: 1, token: token)
        let liar = try FakePeer.host(slots: 1, token) { connection, message in
            switch message {
            case .run(let batch, let grant, _): lie.tell(connection, batch, grant)
            case .heartbeat(let interval) where lie != .silence: connection.send(.heartbeat(interval: interval))
            default: break
            }
        }
        defer { liar.stop() }
        let cluster = TestCluster([honest.addresses[0], liar.address], token)
        let tasks = (0..<30).map { Delayed(Root(of: Double($0 * $0))) }
        #expect(try cluster.parallel(2)(tasks) == (0..<30).map { Double($0) })
        #expect(liar.received.contains { if case .run = $0 { true } else { false } })
        try Rendezvous().wait("its connection is ended") { !liar.ends.isEmpty }
        #expect(try cluster.isWell(1))
    }

    @Test("A host that gives back all that it is given is left out, and a call that has no other ends")
    func returns() throws {
        let token = ClusterToken.generate()
        let lazy = try FakePeer.host(slots: 1, token) { connection, message in
            switch message {
            case .run(let batch, _, _): connection.send(.failed(batch, .returned))
            case .heartbeat(let interval): connection.send(.heartbeat(interval: interval))
            default: break
            }
        }
        defer { lazy.stop() }
        let call = BackgroundCall {
            try TestCluster([lazy.address], token).parallel(1, .hostTimeout(.milliseconds(300)))([Delayed(Root(of: 4))])
        }
        let error = try #require(throws: ParallelError.self) { try call.value() }
        #expect(error.code == .noWorkers, "\(error)")
        let most = 2 * Cluster.batchesAhead + 1
        #expect(lazy.received.count { if case .run = $0 { true } else { false } } <= most)
    }

    @Test(
        "A host that is left out stays so when it comes back with another number, and is another one with another key"
    )
    func numbers() throws {
        let token = ClusterToken.generate()
        let security = try ClusterTLS(token, .host)
        let honest = try TestCluster(1, slots: 1, token: token)
        let liar = try FakePeer.host(slots: 1, token, security) { connection, message in
            guard case .run(let batch, _, _) = message else { return }
            for number in 1...3 { connection.send(.finished(batch + 1000 * UInt64(number))) }
        }
        let address = liar.address
        let cluster = TestCluster([honest.addresses[0], address], token)
        #expect(try cluster.parallel(2)((0..<30).map { Delayed(Root(of: Double($0 * $0))) }).count == 30)
        liar.stop()
        let giveBack: FakePeer.Behaviour = { connection, message in
            if case .run(let batch, _, _) = message { connection.send(.failed(batch, .returned)) }
        }
        let port = try HostAddress(address).port
        let again = try FakePeer.host(at: port, slots: 1, token, security, giveBack)
        let wait = BackendParameter.waitForWorkers(atLeast: 2, within: .seconds(5))
        let error = try #require(throws: ParallelError.self) {
            try cluster.parallel(nil, wait)([Delayed(Root(of: 1))])
        }
        #expect(error.detail.contains(address) && error.detail.contains("not wanted"), "\(error)")
        #expect(again.received.isEmpty)
        again.stop()
        let other = try FakePeer.host(at: port, slots: 1, token, nil, giveBack)
        defer { other.stop() }
        #expect(try cluster.isWell(2))
        #expect(!other.received.isEmpty)
    }

    @Test("S16: a frame of two gigabytes costs no memory before it has come")
    func promisedFrame() throws {
        let token = ClusterToken.generate()
        let host = try HostRun.listening(slots: 1, token)
        let pid = try host.pid
        let peer = try FakePeer.coordinator(try host.address, token) { connection in
            let ping = HostMessage.ping(7).frame
            connection.write(
                raw: ping.header + ping.bytes + [0xff, 0xff, 0xff, 0x7f, 2] + [UInt8](repeating: 1, count: 100)
            )
        }
        // Both come at once, and are read before the first is answered.
        try Rendezvous()
            .wait("it has come") { peer.received.contains { if case .pong(7, _) = $0 { true } else { false } } }
        #expect(residentBytes(of: pid) < 200 << 20)
        peer.stop()
        try host.wait(for: "no longer works for")
        #expect(try TestCluster([host.address], token).isWell(1))
    }

    @Test("S12: batches that make no sense are not run, and the host serves the next coordinator")
    func senselessBatches() throws {
        let token = ClusterToken.generate()
        let host = try HostRun.listening(slots: 1, token)
        let garbage = (0..<200).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ 7) }
        let rendezvous = Rendezvous()
        let peer = try FakePeer.coordinator(try host.address, token) { connection in
            connection.send(.run(1, 77, payload: garbage))
            connection.send(.open(1, workers: 1, parameters: garbage))
            connection.send(.run(2, 1, payload: garbage))
            connection.send(.cancel(99))
            connection.send(.recall(99))
            connection.send(.close(99))
        }
        try rendezvous.wait("it answers") {
            peer.received.count { if case .heartbeat = $0 { false } else { true } } >= 3
        }
        #expect(peer.received.contains(.failed(1, .returned)) && peer.received.contains(.failed(2, .returned)))
        #expect(peer.received.contains { if case .refused(1, _) = $0 { true } else { false } })
        peer.stop()
        try host.wait(for: "no longer works for")
        #expect(try TestCluster([host.address], token).isWell(1))
    }

    @Test("S12: a batch of garbage for a worker is answered by an error, or not at all, and by no crash")
    func senselessPayloads() throws {
        let token = ClusterToken.generate()
        let host = try HostRun.listening(slots: 1, token)
        let parameters = try TCPSettings(
            BackendRequest(name: "tcp", parameters: [.workers(["127.0.0.1:1"]), .token(token)])
        )
        .host.encoded
        var generator = SeededGenerator(state: 12)
        let payloads = (0..<20).map { _ in (0..<200).map { _ in UInt8.random(in: 0...255, using: &generator) } }
        let peer = try FakePeer.coordinator(try host.address, token) { connection in
            connection.send(.open(1, workers: 1, parameters: parameters))
            for (number, payload) in payloads.enumerated() {
                connection.send(.run(UInt64(number), 1, payload: payload))
            }
        }
        let rendezvous = Rendezvous()
        try rendezvous.wait("every batch is ended") {
            peer.received.count { message in
                switch message {
                case .finished, .failed: true
                default: false
                }
            } >= payloads.count
        }
        for message in peer.received { if case .failed(_, .died(let notice)) = message { Issue.record("\(notice)") } }
        peer.stop()
        try host.wait(for: "no longer works for")
        #expect(try TestCluster([host.address], token).isWell(1))
    }
}

#endif
