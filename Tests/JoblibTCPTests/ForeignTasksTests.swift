// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Glibc
import Joblib
import JoblibCluster
import Synchronization
import Testing

@testable import JoblibTCP

/// In the program, and no task.
struct Rail: Codable, Sendable {
    var number: Double
}

/// A task with other arguments than `Root`; it ends its worker when it is run.
struct Rune: PortableTask {
    var names: [String]

    func run() -> Int { exit(3) }
}

/// Batches that are well encoded, for a program that is another one; S12 of docs/security.md.
@Suite("Tasks that a host does not have", .timeLimit(.minutes(1)), .serialized)
struct ForeignTasksTests {
    init() { registerTCPBackend() }

    /// What a coordinator sends for one task.
    private func payload(_ token: ClusterToken) throws -> [UInt8] {
        let payload = Mutex<[UInt8]>([])
        let host = try FakePeer.host(slots: 1, token) { connection, message in
            switch message {
            case .run(let batch, _, let bytes):
                payload.withLock { $0 = bytes }
                let death = WorkerDeathNotice(
                    exitCode: 3,
                    hasTimedOut: false,
                    description: "it has what it wanted",
                    ranOutOfMemory: false,
                    taskIndex: 0,
                    pid: 1
                )
                connection.send(.failed(batch, .died(death)))
            case .heartbeat(let interval): connection.send(.heartbeat(interval: interval))
            default: break
            }
        }
        defer { host.stop() }
        let cluster = TestCluster([host.address], token)
        let failure = try #require(throws: TaskFailure.self) { try cluster.parallel(1)([Delayed(Root(of: 4))]) }
        #expect(failure.reason == .exited(code: 3), "\(failure)")
        return payload.withLock { $0 }
    }

    @Test(
        "S12: a task that is not in the program, is none, or has other arguments is not run, and it is said which",
        arguments: [
            ("Root", ""), ("Roof", "no task of the type named"), ("Rail", "no task of the type named"),
            ("Rune", "Decoding"),
        ]
    )
    func foreign(_ name: String, _ complaint: String) throws {
        let token = ClusterToken.generate()
        let payload = try self.payload(token)
        let place = try #require(payload.firstRange(of: Array("4RootV".utf8)))
        let foreign = payload[..<place.lowerBound] + Array("4\(name)V".utf8) + payload[place.upperBound...]
        let parameters = try TCPSettings(
            BackendRequest(name: "tcp", parameters: [.workers(["127.0.0.1:1"]), .token(token)])
        )
        .host.encoded
        let host = try HostRun.listening(slots: 1, token)
        let peer = try FakePeer.coordinator(try host.address, token) { connection, message in
            if case .beat(let time) = message { connection.send(.lease(time)) }
        } begin: { connection in
            connection.send(.open(1, workers: 1, parameters: parameters))
            connection.send(.run(7, 1, payload: Array(foreign)))
        }
        try Rendezvous()
            .wait("the batch is ended") {
                peer.received.contains { message in
                    switch message {
                    case .finished, .failed: true
                    default: false
                    }
                }
            }
        // No worker has died, and the task was answered for.
        #expect(peer.received.contains(.finished(7)), "\(peer.received)")
        let answers = peer.received.reduce(into: [UInt8]()) { bytes, message in
            if case .answer(7, let answer) = message { bytes += answer }
        }
        let text = String(decoding: answers, as: UTF8.self)
        #expect(!answers.isEmpty && text.contains(complaint), "\(text)")
        for other in ["no task of the type named", "Decoding"] where other != complaint {
            #expect(!text.contains(other), "\(text)")
        }
        peer.stop()
        try host.wait(for: "no longer works for")
        #expect(try TestCluster([host.address], token).isWell(1))
    }
}

#endif
