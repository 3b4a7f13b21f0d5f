// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Joblib
import JoblibCluster
import JoblibWire
import Synchronization
import Testing

@testable import JoblibTCP

/// A host that does its work, and muddles up what it says of it; number 63 of docs/security.md.
@Suite("Frames that come twice, or in another order", .timeLimit(.minutes(2)), .serialized)
struct BuggyPeersTests {
    enum Muddle: String, CaseIterable, Sendable {
        case none, answersTwice, finishedTwice, allTwice, finishedFirst, backwards

        func tell(_ answers: [HostMessage], _ end: HostMessage) -> [HostMessage] {
            switch self {
            case .none: answers + [end]
            case .answersTwice: answers.flatMap { [$0, $0] } + [end]
            case .finishedTwice: answers + [end, end]
            case .allTwice: answers + [end] + answers + [end]
            case .finishedFirst: [end] + answers
            case .backwards: answers.reversed() + [end]
            }
        }
    }

    init() { registerTCPBackend() }

    @Test("63: each result is the right one, and comes once", arguments: Muddle.allCases)
    func muddles(_ muddle: Muddle) throws {
        let token = ClusterToken.generate()
        let honest = try TestCluster(1, slots: 1, token: token)
        let buggy = try FakePeer.host(slots: 1, token) { connection, message in
            switch message {
            case .run(let batch, _, let payload):
                let answers = Self.answers(payload).map { HostMessage.answer(batch, $0) }
                for message in muddle.tell(answers, .finished(batch)) { connection.send(message) }
            case .heartbeat(let interval): connection.send(.heartbeat(interval: interval))
            default: break
            }
        }
        defer { buggy.stop() }
        let hosts = [honest.addresses[0], buggy.address]
        // Two tasks in a batch: the first of them may fail, so that a batch has several answers.
        let loop = TestCluster(hosts, token).parallel(2, batchSize: 2, retries: 1)
        let tasks = (0..<40).map { Delayed(Flaky(index: $0, failures: $0 % 2)) }
        #expect(try loop(tasks) == Array(0..<40))
        #expect(buggy.received.contains { if case .run = $0 { true } else { false } })
        // It has done its share where it has done nothing wrong, by which it is seen that it can.
        if muddle == .none { #expect(buggy.ends.isEmpty, "\(buggy.ends)") }
        #expect(try TestCluster(hosts, token).isWell(1))
    }

    /// Does what a worker does with a batch.
    ///
    /// - Returns: What it says, in order.
    private static func answers(_ payload: [UInt8]) -> [[UInt8]] {
        let answers = Mutex<[[UInt8]]>([])
        try? PortableWorker.execute(payload, coder: BinaryCoder(trust: .none)) { answer in
            answers.withLock { $0.append(answer) }
        }
        return answers.withLock { $0 }
    }
}

#endif
