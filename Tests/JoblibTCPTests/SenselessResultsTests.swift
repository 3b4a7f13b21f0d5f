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

/// Hosts that announce large results, and send something else; S16 and S18 of docs/security.md.
@Suite("Large results that cannot be", .timeLimit(.minutes(3)), .serialized)
struct SenselessResultsTests {
    init() { registerTCPBackend() }

    private static let code = ArrivingArray.code(of: [UInt8]()) ?? 0

    /// What a host sends when it gets a batch.
    enum Lie: String, CaseIterable, Sendable {
        case noBytes, largeNumber, largestNumber, unknownElements, halfElement, unannounced, anotherBatchsPiece,
            tooMuch,
            notWhole, foreignBatches, endless, oneForEachBatch

        func tell(_ connection: Connection, _ batch: BatchNumber) {
            func announce(_ batch: BatchNumber, _ byteCount: UInt64, _ code: UInt8 = SenselessResultsTests.code) {
                connection.say(.result(batch, ResultArray(elementCode: code, number: 1, byteCount: byteCount)))
            }
            func send(_ count: Int, for batch: BatchNumber) { connection.sayPiece(of: batch, count) }
            switch self {
            case .noBytes: announce(batch, 0)
            case .largeNumber: announce(batch, 1 << 63)
            case .largestNumber: announce(batch, .max)
            case .unknownElements: announce(batch, 8, 200)
            case .halfElement: announce(batch, 12, ArrivingArray.code(of: [1.0]) ?? 0)
            case .unannounced: send(100, for: batch)
            case .anotherBatchsPiece:
                announce(batch, 100)
                send(100, for: batch + 1)
            case .tooMuch:
                announce(batch, 100)
                send(101, for: batch)
            case .notWhole:
                announce(batch, 100)
                send(99, for: batch)
                connection.say(.answer(batch, []))
            case .foreignBatches:
                for other in 1...20_000 as ClosedRange<UInt64> {
                    announce(batch + 1000 * other, 1)
                    send(1, for: batch + 1000 * other)
                }
            case .endless: for _ in 0..<20_000 { announce(batch, 64 << 20) }
            case .oneForEachBatch:
                // Much is made ready for the rest of each.
                announce(batch, 64 << 20)
                send(1, for: batch)
            }
        }
    }

    @Test(
        "S16, S18: whoever sends them is shut out, costs next to no memory, and the others do its work",
        arguments: Lie.allCases
    )
    func lies(_ lie: Lie) throws {
        let token = ClusterToken.generate()
        let honest = try TestCluster(1, slots: 1, token: token)
        let liar = try FakePeer.host(slots: 32, token) { connection, message in
            switch message {
            case .run(let batch, _, _): lie.tell(connection, batch)
            case .heartbeat(let interval): connection.send(.heartbeat(interval: interval))
            default: break
            }
        }
        defer { liar.stop() }
        let cluster = TestCluster([honest.addresses[0], liar.address], token)
        let before = residentBytes(of: getpid())
        let tasks = (0..<300).map { Delayed(Root(of: Double($0 * $0))) }
        let call = BackgroundCall { try cluster.parallel(33)(tasks) }
        var most = 0
        try Rendezvous()
            .wait("its connection is ended") {
                most = max(most, residentBytes(of: getpid()) - before)
                return !liar.ends.isEmpty
            }
        #expect(try call.value() == (0..<300).map { Double($0) })
        #expect(most < 128 << 20, "\(most >> 20) MiB more than before")
        #expect(liar.received.contains { if case .run = $0 { true } else { false } })
        #expect(try cluster.isWell(1))
    }

    @Test("S18: what comes late for a batch that is over is not kept, and not held against its host")
    func late() throws {
        let token = ClusterToken.generate()
        let isFirst = Mutex(true)
        let host = try FakePeer.host(slots: 1, token) { connection, message in
            switch message {
            case .run(let batch, _, let payload):
                if isFirst.withLock({ isFirst in
                    defer { isFirst = false }
                    return isFirst
                }) {
                    let array = ResultArray(elementCode: Self.code, number: 1, byteCount: 4 << 20)
                    connection.say(.result(batch + 1000, array))
                    for _ in 0..<4 { connection.sayPiece(of: batch + 1000, 1 << 20) }
                    connection.say(.lastAnswer(batch + 1000, [1, 2, 3]))
                }
                try? PortableWorker.execute(payload, coder: BinaryCoder(trust: .none)) { answer in
                    connection.say(.answer(batch, answer))
                }
                connection.say(.finished(batch))
            case .heartbeat(let interval): connection.say(.heartbeat(interval: interval))
            default: break
            }
        }
        defer { host.stop() }
        #expect(try TestCluster([host.address], token).isWell(1))
        #expect(host.ends.isEmpty)
    }
}

extension Connection {
    /// Sends a message before anything else that waits; on its event loop.
    fileprivate func say(_ message: HostMessage) { self.write(raw: message.frame.header + message.frame.bytes) }

    /// Sends so many bytes of a result.
    fileprivate func sayPiece(of batch: BatchNumber, _ count: Int) {
        let frame = HostFrame(kind: .resultPiece, number: batch)
        self.write(raw: frame.header(payload: count) + [UInt8](repeating: 7, count: count))
    }
}

#endif
