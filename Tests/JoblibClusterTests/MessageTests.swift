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
        .lastAnswer(7, []), .lastAnswer(8, [0, 255]),
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
        .heartbeat(interval: 2_000_000_000), .beat(7), .lease(.max), .ping(.max),
        .pong(1, HostCounts(done: 2, failed: .max)),
        .offer(ExecutableOffer(name: "p", byteCount: 1 << 40, hash: [UInt8](repeating: 7, count: 32))), .fetch(.max),
        .piece(3, [1, 2]), .unusable("it lacks libx.so"),
        .observe(interval: 1), .status(StatusMessage(name: "desk:1", teller: .coordinator, hosts: [])),
        .status(
            StatusMessage(
                name: "node7:1",
                teller: .host,
                hosts: [
                    StatusMessage.Host(name: "a", slots: 1),
                    StatusMessage.Host(
                        name: "b",
                        slots: 8,
                        running: 7,
                        done: 6,
                        failed: 5,
                        bytesIn: 4,
                        bytesOut: 3,
                        roundTrip: 2,
                        isDraining: true
                    ),
                ]
            )
        ), .result(15, ResultArray(elementCode: 10, number: 16, byteCount: 1 << 40)), .forget(.max),
    ]

    @Test("are read as they were written", arguments: messages)
    func roundTrip(_ message: HostMessage) {
        #expect(HostMessage(message.frame) == message)
    }

    @Test("that are an answer and the end of its batch are joined, and no others")
    func joining() {
        #expect(HostMessage.answer(7, [1]).joined(with: .finished(7)) == .lastAnswer(7, [1]))
        let others: [HostMessage] = [.finished(8), .answer(7, [2]), .failed(7, .returned), .lastAnswer(7, [3])]
        for other in others { #expect(HostMessage.answer(7, [1]).joined(with: other) == nil) }
        #expect(HostMessage.finished(7).joined(with: .finished(7)) == nil)
        #expect(HostMessage.lastAnswer(7, [1]).joined(with: .finished(7)) == nil)
    }

    @Test("have each kind among those that are tested")
    func kinds() {
        #expect(Set(Self.messages.map(\.frame.kind)) == Set(HostFrame.Kind.allCases.filter { !$0.isPiece }))
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

    @Test("are for one side; heartbeats and observers' questions for both, and what these are told for neither")
    func sides() {
        for kind in HostFrame.Kind.allCases {
            #expect((kind.isForHost && kind.isForCoordinator) == [.heartbeat, .observe].contains(kind))
            #expect(kind.isForAnother == [.status, .offer, .piece].contains(kind))
        }
    }

    @Test("S16: a status is limited, shows no more than it should, and one that cannot be is none")
    func status() {
        let many = (0..<1200).map { StatusMessage.Host(name: "host \($0)", slots: 1) }
        let status = StatusMessage(name: "desk\u{1b}[2J", teller: .coordinator, hosts: many)
        #expect(status.hosts.count == 1000 && status.omittedCount == 200)
        guard case .status(let read) = HostMessage(HostMessage.status(status).frame) else {
            Issue.record("a status of a thousand hosts is none")
            return
        }
        #expect(read.name == "desk?[2J" && read.hosts == status.hosts)
        var wrong = status
        wrong.hosts += many
        #expect(HostMessage(HostMessage.status(wrong).frame) == nil)
        wrong = status
        wrong.hosts[0].running = -1
        #expect(HostMessage(HostMessage.status(wrong).frame) == nil)
        wrong = status
        wrong.hosts[0].name = String(repeating: "x", count: 2 << 20)
        #expect(HostMessage(HostMessage.status(wrong).frame) == nil)
    }

    @Test("do not ask for more workers than anyone has", arguments: [0, UInt64(1 << 20) + 1, .max])
    func workers(_ workers: UInt64) {
        #expect(HostMessage(HostFrame(kind: .open, number: 1, second: workers)) == nil)
    }
}
