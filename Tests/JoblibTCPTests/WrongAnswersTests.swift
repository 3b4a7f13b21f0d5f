// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Glibc
import Joblib
import JoblibCluster
import JoblibWire
import Synchronization
import Testing

@testable import JoblibTCP

/// Hosts whose answers are well encoded, and not theirs to give; S18 and S20 of docs/security.md.
@Suite("Answers that are not a host's to give", .timeLimit(.minutes(2)), .serialized)
struct WrongAnswersTests {
    init() { registerTCPBackend() }

    /// Does what a worker does with a batch, one task of which is another one.
    ///
    /// - Returns: What it says.
    private static func answers(_ payload: [UInt8]) -> [[UInt8]] {
        let answers = Mutex<[[UInt8]]>([])
        try? PortableWorker.execute(payload, coder: BinaryCoder(trust: .none)) { answer in
            answers.withLock { $0.append(answer) }
        }
        return answers.withLock { $0 }
    }

    @Test("S20: an answer for a task of another batch is none, and another host does the work")
    func otherTask() throws {
        let token = ClusterToken.generate()
        let honest = try TestCluster(1, slots: 1, token: token)
        // It does its first batch well, and says the same of all others.
        let first = Mutex<[[UInt8]]>([])
        let count = Atomic<Int>(0)
        let liar = try FakePeer.host(slots: 2, token) { connection, message in
            switch message {
            case .run(let batch, _, let payload):
                let answers = first.withLock { answers in
                    if answers.isEmpty { answers = Self.answers(payload) }
                    return answers
                }
                count.wrappingAdd(1, ordering: .relaxed)
                for answer in answers { connection.send(.answer(batch, answer)) }
                connection.send(.finished(batch))
            case .heartbeat(let interval): connection.send(.heartbeat(interval: interval))
            default: break
            }
        }
        defer { liar.stop() }
        let cluster = TestCluster([honest.addresses[0], liar.address], token)
        let tasks = (0..<30).map { Delayed(Flaky(index: $0, failures: 0)) }
        #expect(try cluster.parallel(3)(tasks) == Array(0..<30))
        let liesAndOne = count.load(ordering: .relaxed)
        #expect(liesAndOne >= 2)
        try Rendezvous().wait("its connection is ended") { !liar.ends.isEmpty }
        #expect(try cluster.isWell(1))
    }

    @Test("S20: an answer for a batch that another host has is none, though it is well encoded")
    func othersBatch() throws {
        let token = ClusterToken.generate()
        let honest = try TestCluster(1, slots: 1, token: token)
        let rendezvous = Rendezvous()
        // It says of each number that may be another's that it is done, with an answer of its own task.
        let liar = try FakePeer.host(slots: 1, token) { connection, message in
            switch message {
            case .run(let batch, _, let payload):
                let answers = Self.answers(payload)
                for other in batch - min(batch - 1, 5)...batch + 5 where other != batch {
                    for answer in answers { connection.send(.answer(other, answer)) }
                    connection.send(.finished(other))
                }
            case .heartbeat(let interval): connection.send(.heartbeat(interval: interval))
            default: break
            }
        }
        defer { liar.stop() }
        let cluster = TestCluster([honest.addresses[0], liar.address], token)
        // What the liar runs itself, in this process, returns another number than a worker of the honest one.
        rendezvous.open()
        let pids = try cluster.parallel(2)((0..<12).map { Delayed(Held($0, rendezvous)) })
        #expect(!pids.contains(getpid()) && pids.allSatisfy { $0 > 0 }, "\(pids)")
        #expect(liar.received.contains { if case .run = $0 { true } else { false } })
        try Rendezvous().wait("its connection is ended") { !liar.ends.isEmpty }
        #expect(try cluster.isWell(1))
    }

    @Test("S20: an answer whose value is of another type is no value, and the task is named")
    func otherType() throws {
        let token = ClusterToken.generate()
        let text = Mutex<[[UInt8]]>([])
        // An answer for task 0 that is a text, of a call before.
        let peer = try FakePeer.host(slots: 1, token) { connection, message in
            switch message {
            case .run(let batch, _, let payload):
                let own = Self.answers(payload)
                let answers = text.withLock { text in
                    if text.isEmpty { text = own }
                    return text
                }
                for answer in answers { connection.send(.answer(batch, answer)) }
                connection.send(.finished(batch))
            case .heartbeat(let interval): connection.send(.heartbeat(interval: interval))
            default: break
            }
        }
        defer { peer.stop() }
        let cluster = TestCluster([peer.address], token)
        #expect(try cluster.parallel(1)([Delayed(Words())]) == [["one", "two"]])
        // A host can say anything of a task that it was given; this much is seen.
        let failure = try #require(throws: TaskFailure.self) { try cluster.parallel(1)([Delayed(Sum(bytes: [1]))]) }
        #expect(failure.index == 0 && failure.reason == .notDecodable, "\(failure)")
    }

    @Test(
        "S18: whoever speaks out of turn is shut out by a coordinator, whose call goes on",
        arguments: ["answer before it was asked", "second greeting", "a coordinator's word", "an observer's answer"]
    )
    func outOfTurn(_ what: String) throws {
        let token = ClusterToken.generate()
        let address = "127.0.0.1:\(Sockets.closedPort())"
        let rendezvous = Rendezvous()
        let call = BackgroundCall {
            let wait = BackendParameter.waitForWorkers(within: .seconds(30))
            return try Parallel(
                backend: .tcp,
                batchSize: 1,
                backendParams: [.listen(address), .token(token), wait]
            )((0..<2).map { Delayed(Held($0, rendezvous)) })
        }
        let host = try HostRun.dialling(address, slots: 2, token)
        try rendezvous.waitForBegun(2)
        let stranger = try FakePeer.coordinator(address, token, role: .host) { connection in
            switch what {
            case "answer before it was asked":
                for batch in 1...10 as ClosedRange<UInt64> {
                    connection.send(.answer(batch, [1, 2, 3]))
                    connection.send(.finished(batch))
                }
            case "second greeting":
                connection.write(raw: GreetingFrame.greeting(.ofThisProcess(role: .host, slots: 9)).bytes)
            case "a coordinator's word": connection.send(.open(1, workers: 1, parameters: []))
            default: connection.send(.status(StatusMessage(name: "x", teller: .host, hosts: [])))
            }
        }
        defer { stranger.stop() }
        try rendezvous.wait("it is shut out") { !stranger.ends.isEmpty }
        rendezvous.open()
        let pids = try call.value()
        #expect(pids.allSatisfy { $0 > 0 && $0 != getpid() }, "\(pids)")
        #expect(rendezvous.begun.count == 2 && host.text.ranges(of: ": works for").count == 1, "\(host.text)")
    }

    @Test(
        "S16: numbers of 2^63 and more are no sizes, and cost a host nothing",
        arguments: [1 << 63, .max] as [UInt64]
    )
    func largeNumbers(_ number: UInt64) throws {
        let token = ClusterToken.generate()
        let host = try HostRun.listening(slots: 1, token)
        let pid = try host.pid
        let before = residentBytes(of: pid)
        let frames = [
            HostFrame(kind: .array, number: 1, second: number, bytes: [1]),
            HostFrame(kind: .open, number: number, second: number),
            HostFrame(kind: .run, number: number, second: number),
            HostFrame(kind: .lease, number: number), HostFrame(kind: .heartbeat, number: number),
            HostFrame(kind: .ping, number: number), HostFrame(kind: .forget, number: number),
        ]
        for frame in frames {
            let peer = try FakePeer.coordinator(try host.address, token) { connection in
                connection.write(raw: frame.header + frame.bytes)
                connection.send(.ping(7))
            }
            try Rendezvous()
                .wait("it is answered, or ended: \(frame.kind)") {
                    !peer.ends.isEmpty
                        || peer.received.contains { if case .pong(7, _) = $0 { true } else { false } }
                }
            peer.stop()
        }
        #expect(residentBytes(of: pid) - before < 64 << 20)
        #expect(try host.pid == pid && TestCluster([host.address], token).isWell(1), "\(host.text)")
    }
}

/// Two words.
struct Words: PortableTask {
    func run() -> [String] { ["one", "two"] }
}

#endif
