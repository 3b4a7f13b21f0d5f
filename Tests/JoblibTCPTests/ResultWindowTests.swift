// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Joblib
import JoblibCluster
import JoblibWire
import NIOCore
import Synchronization
import Testing

@testable import JoblibTCP

/// How many batches a host is given whose results are large.
@Suite("Large results and how much is sent ahead", .timeLimit(.minutes(1)))
struct ResultWindowTests {
    init() { registerTCPBackend() }

    /// Has large arrays travel apart, as a worker does.
    private final class Placed: ArrayExchange {
        let arrays = Mutex<[(announced: ResultArray, bytes: [UInt8])]>([])

        var inlineByteCount: Int { 1 << 18 }

        func place(_ bytes: UnsafeRawBufferPointer, of array: Any) -> ArrayReference? {
            let number = self.arrays.withLock { arrays in
                let number = UInt64(arrays.count + 1)
                let announced = ResultArray(
                    elementCode: ArrivingArray.code(of: array) ?? 0,
                    number: number,
                    byteCount: UInt64(bytes.count)
                )
                arrays.append((announced, unsafe Array(bytes)))
                return number
            }
            return ArrayReference(offset: 0, byteCount: bytes.count, serial: number, call: 0)
        }

        func holds(_ reference: ArrayReference) -> Bool { false }

        func read(_ reference: ArrayReference, into buffer: UnsafeMutableRawBufferPointer) throws {}

        func kept(_ reference: ArrayReference) -> Any? { nil }

        func keep(_ array: Any, _ reference: ArrayReference) {}
    }

    private struct State {
        /// How many arrays have travelled apart.
        var placedCount = 0
        var pending: [(batch: BatchNumber, payload: [UInt8])] = []
        var sizes: [Int] = []
    }

    /// Does a batch; returns how many arrays have travelled apart.
    private static func answer(_ connection: Connection, _ batch: BatchNumber, _ payload: [UInt8]) -> Int {
        let placed = Placed()
        let count = Mutex(0)
        try? PortableWorker.execute(payload, coder: BinaryCoder(trust: .none, arrays: placed)) { answer in
            let arrays = placed.arrays.withLock { arrays in
                defer { arrays = [] }
                return arrays
            }
            count.withLock { $0 += arrays.count }
            for (announced, bytes) in arrays {
                let message = HostMessage.result(batch, announced).frame
                let piece = HostFrame(kind: .resultPiece, number: batch)
                connection.write(raw: message.header + message.bytes + piece.header(payload: bytes.count) + bytes)
            }
            let message = HostMessage.answer(batch, answer).frame
            connection.write(raw: message.header + message.bytes)
        }
        connection.write(raw: HostMessage.finished(batch).frame.header)
        return count.withLock { $0 }
    }

    @Test("Once it is known that results are large no worker has more than a few batches")
    func window() throws {
        let token = ClusterToken.generate()
        let state = Mutex(State())
        let host = try FakePeer.host(slots: 1, token) { connection, message in
            guard case .run(let batch, _, let payload) = message else { return }
            let isFirst = state.withLock { state in
                state.pending.append((batch, payload))
                return state.pending.count == 1
            }
            guard isFirst else { return }
            // As many as come by then have been sent ahead.
            connection.channel.eventLoop.scheduleTask(in: .milliseconds(50)) {
                let pending = state.withLock { state in
                    state.sizes.append(state.pending.count)
                    defer { state.pending = [] }
                    return state.pending
                }
                for (batch, payload) in pending {
                    let count = Self.answer(connection, batch, payload)
                    state.withLock { $0.placedCount += count }
                }
            }
        }
        defer { host.stop() }
        let cluster = TestCluster([host.address], token)
        let tasks = (0..<150).map { Delayed(Blank(count: 1 << 20, value: UInt8($0))) }
        let all = Parallel(backend: .tcp, preDispatch: .all, batchSize: 1, backendParams: cluster.parameters(1))
        let results = try all(tasks)
        #expect(results.enumerated().allSatisfy { $0.element == Blank(count: 1 << 20, value: UInt8($0.offset)).run() })
        #expect(state.withLock { $0.placedCount } == 150)
        let sizes = state.withLock { $0.sizes }
        // While the first ones are answered others may be sent as if they were small.
        #expect(sizes.last.map { $0 <= 8 } == true && sizes.dropFirst(2).allSatisfy { $0 <= 8 }, "\(sizes)")
    }
}

#endif
