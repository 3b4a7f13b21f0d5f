// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCluster
import Testing

@Suite("Messages")
struct MessageTests {
    static let messages: [HostMessage] = [
        .open(1, workers: 1, parameters: []), .open(.max, workers: 1 << 20, parameters: [1, 2, 3]),
        .run(2, 3, payload: []), .run(2, .max, payload: Array(0...255)), .cancel(4), .recall(5), .close(6),
        .answer(7, []), .answer(7, [0, 255]), .finished(8), .failed(9, .returned),
        .failed(10, .died(WorkerDeathNotice(hasTimedOut: false, description: "", ranOutOfMemory: false, pid: 1))),
        .failed(
            11,
            .died(
                WorkerDeathNotice(
                    signal: 11,
                    exitCode: -1,
                    hasTimedOut: true,
                    description: "ended by SIGSEGV",
                    ranOutOfMemory: true,
                    taskIndex: 17,
                    pid: 4711,
                    stackTrace: "one\ntwo"
                )
            )
        ),
        .failed(12, .lost("")), .failed(13, .lost("the pool is gone")),
        .refused(14, GrantRefusal(code: "initializerFailed", detail: "it throws")), .leaving,
        .heartbeat(interval: 2_000_000_000), .array(15, byteCount: 1 << 40, piece: [1, 2]), .forget(.max),
    ]

    @Test("are read as they were written", arguments: messages)
    func roundTrip(_ message: HostMessage) {
        #expect(HostMessage(message.frame) == message)
    }

    @Test("have each kind among those that are tested")
    func kinds() {
        #expect(Set(Self.messages.map(\.frame.kind)) == Set(HostFrame.Kind.allCases))
    }

    @Test("that are cut off or have a wrong bit mean another thing, or nothing", arguments: messages)
    func damage(_ message: HostMessage) {
        let frame = message.frame
        for kind in HostFrame.Kind.allCases {
            for count in 0...frame.bytes.count {
                _ = HostMessage(HostFrame(kind: kind, number: frame.number, bytes: Array(frame.bytes.prefix(count))))
            }
            for bit in 0..<(frame.bytes.count * 8) {
                var damaged = HostFrame(kind: kind, number: frame.number, bytes: frame.bytes)
                damaged.bytes[bit / 8] ^= 1 << (bit % 8)
                if let read = HostMessage(damaged) { #expect(read.frame.kind == kind) }
            }
        }
    }

    @Test("are for one side, heartbeats for both")
    func sides() {
        for kind in HostFrame.Kind.allCases {
            #expect((kind.isForHost && kind.isForCoordinator) == (kind == .heartbeat))
            #expect(kind.isForHost || kind.isForCoordinator)
        }
    }

    @Test("do not ask for more workers than anyone has", arguments: [0, UInt64(1 << 20) + 1, .max])
    func workers(_ workers: UInt64) {
        #expect(HostMessage(HostFrame(kind: .open, number: 1, second: workers)) == nil)
    }
}
