// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibWire

/// A message as bytes: a kind, a number, and the rest.
package struct HostFrame: Equatable, Sendable {
    /// Of which kind a message is; never given another meaning, so that versions can tell each other.
    package enum Kind: UInt8, CaseIterable {
        case open = 1
        case run = 2
        case cancel = 3
        case recall = 4
        case close = 5
        case answer = 6
        case finished = 7
        case returned = 8
        case died = 9
        case lost = 10
        case refused = 11
        case leaving = 12
        case heartbeat = 13
        case array = 14
        case forget = 15
        case ping = 16
        case pong = 17
        case observe = 18
        case status = 19
        case offer = 20
        case fetch = 21
        case piece = 22
        case unusable = 23
        case beat = 24
        case lease = 25
        case lastAnswer = 26
        case result = 27
        case resultPiece = 28
        case mappedArray = 29

        /// Whether it is a piece of an array, whose bytes are taken in as they come.
        package var isPiece: Bool { self == .array || self == .mappedArray || self == .resultPiece }

        /// Whether it is for a host.
        package var isForHost: Bool {
            switch self {
            case .open, .run, .cancel, .recall, .close, .heartbeat, .array, .mappedArray, .forget, .ping, .observe,
                .lease:
                true
            default: false
            }
        }

        package var isForCoordinator: Bool {
            switch self {
            case .answer, .finished, .returned, .died, .lost, .refused, .leaving, .heartbeat, .pong, .observe, .fetch,
                .unusable, .beat, .lastAnswer, .result, .resultPiece:
                true
            default: false
            }
        }

        /// Whether it is for an observer or a tool.
        package var isForAnother: Bool { !self.isForHost && !self.isForCoordinator }
    }

    package var kind: Kind
    package var number: UInt64

    /// The grant of a batch, of a grant how many workers it has, of an array how many bytes, of a pong how many tasks are done; so that a
    /// payload need not be copied to stand behind it.
    package var second: UInt64
    package var bytes: [UInt8]

    package init(kind: Kind, number: UInt64 = 0, second: UInt64 = 0, bytes: [UInt8] = []) {
        self.kind = kind
        self.number = number
        self.second = second
        self.bytes = bytes
    }
}

extension HostMessage {
    private static let coder = BinaryCoder(trust: .none)

    /// How many bytes a death or a refusal may have.
    private static let largestNotice = 1 << 18

    /// How many bytes a status may have.
    private static let largestStatus = 1 << 20

    /// The message as a frame.
    package var frame: HostFrame {
        switch self {
        case .open(let grant, let workers, let parameters):
            HostFrame(kind: .open, number: grant, second: UInt64(clamping: workers), bytes: parameters)
        case .run(let batch, let grant, let payload):
            HostFrame(kind: .run, number: batch, second: grant, bytes: payload)
        case .cancel(let batch): HostFrame(kind: .cancel, number: batch)
        case .recall(let grant): HostFrame(kind: .recall, number: grant)
        case .close(let grant): HostFrame(kind: .close, number: grant)
        case .forget(let number): HostFrame(kind: .forget, number: number)
        case .answer(let batch, let bytes): HostFrame(kind: .answer, number: batch, bytes: bytes)
        case .result(let batch, let array):
            HostFrame(
                kind: .result,
                number: batch,
                second: array.byteCount,
                bytes: [array.elementCode] + array.number.littleEndianBytes
            )
        case .finished(let batch): HostFrame(kind: .finished, number: batch)
        case .lastAnswer(let batch, let bytes): HostFrame(kind: .lastAnswer, number: batch, bytes: bytes)
        case .failed(let batch, .returned): HostFrame(kind: .returned, number: batch)
        case .failed(let batch, .died(let notice)): HostFrame(kind: .died, number: batch, bytes: Self.encoded(notice))
        case .failed(let batch, .lost(let why)): HostFrame(kind: .lost, number: batch, bytes: Array(why.utf8))
        case .refused(let grant, let refusal):
            HostFrame(kind: .refused, number: grant, bytes: Self.encoded(refusal))
        case .leaving: HostFrame(kind: .leaving)
        case .heartbeat(let interval): HostFrame(kind: .heartbeat, number: interval)
        case .beat(let time): HostFrame(kind: .beat, number: time)
        case .lease(let time): HostFrame(kind: .lease, number: time)
        case .ping(let time): HostFrame(kind: .ping, number: time)
        case .pong(let time, let counts):
            HostFrame(kind: .pong, number: time, second: counts.done, bytes: counts.failed.littleEndianBytes)
        case .observe(let interval): HostFrame(kind: .observe, number: interval)
        case .status(let status): HostFrame(kind: .status, bytes: Self.encoded(status))
        case .offer(let offer): HostFrame(kind: .offer, number: offer.byteCount, bytes: Self.encoded(offer))
        case .fetch(let position): HostFrame(kind: .fetch, number: position)
        case .piece(let position, let bytes): HostFrame(kind: .piece, number: position, bytes: bytes)
        case .unusable(let why): HostFrame(kind: .unusable, bytes: Array(why.utf8.prefix(2000)))
        }
    }

    /// Reads a frame; `nil` for one that says nothing.
    package init?(_ frame: HostFrame) {
        switch frame.kind {
        case .open:
            guard 1...(1 << 20) ~= frame.second else { return nil }
            self = .open(frame.number, workers: Int(frame.second), parameters: frame.bytes)
        case .run: self = .run(frame.number, frame.second, payload: frame.bytes)
        case .cancel: self = .cancel(frame.number)
        case .recall: self = .recall(frame.number)
        case .close: self = .close(frame.number)
        case .forget: self = .forget(frame.number)
        case .answer: self = .answer(frame.number, frame.bytes)
        case .result:
            guard let code = frame.bytes.first, let number = UInt64(littleEndianBytes: frame.bytes.dropFirst()) else {
                return nil
            }
            let array = ResultArray(elementCode: code, number: number, byteCount: frame.second)
            self = .result(frame.number, array)
        case .array, .mappedArray, .resultPiece: return nil
        case .finished: self = .finished(frame.number)
        case .lastAnswer: self = .lastAnswer(frame.number, frame.bytes)
        case .returned: self = .failed(frame.number, .returned)
        case .died:
            guard frame.bytes.count <= Self.largestNotice,
                let notice = try? Self.coder.decode(WorkerDeathNotice.self, from: frame.bytes)
            else { return nil }
            self = .failed(frame.number, .died(notice.printable))
        case .lost:
            self = .failed(
                frame.number,
                .lost(String(decoding: frame.bytes.prefix(2000), as: UTF8.self).printable(2000))
            )
        case .refused:
            guard frame.bytes.count <= Self.largestNotice,
                let refusal = try? Self.coder.decode(GrantRefusal.self, from: frame.bytes)
            else { return nil }
            self = .refused(
                frame.number,
                GrantRefusal(code: refusal.code.printable(50), detail: refusal.detail.printable(4000))
            )
        case .leaving: self = .leaving
        case .heartbeat: self = .heartbeat(interval: frame.number)
        case .beat: self = .beat(frame.number)
        case .lease: self = .lease(frame.number)
        case .ping: self = .ping(frame.number)
        case .pong:
            guard let failed = UInt64(littleEndianBytes: frame.bytes) else { return nil }
            self = .pong(frame.number, HostCounts(done: frame.second, failed: failed))
        case .observe: self = .observe(interval: frame.number)
        case .status:
            guard frame.bytes.count <= Self.largestStatus,
                let status = (try? Self.coder.decode(StatusMessage.self, from: frame.bytes))?.checked
            else { return nil }
            self = .status(status)
        case .offer:
            guard frame.bytes.count <= Self.largestNotice,
                let offer = (try? Self.coder.decode(ExecutableOffer.self, from: frame.bytes))?.checked,
                offer.byteCount == frame.number
            else { return nil }
            self = .offer(offer)
        case .fetch: self = .fetch(frame.number)
        case .piece: self = .piece(frame.number, frame.bytes)
        case .unusable: self = .unusable(String(decoding: frame.bytes.prefix(2000), as: UTF8.self).printable(2000))
        }
    }

    private static func encoded(_ value: some Encodable) -> [UInt8] {
        // A value of texts and numbers has nothing that could not be encoded.
        (try? self.coder.encode(value)) ?? []
    }
}

extension UInt64 {
    /// Its eight bytes, the lowest first.
    package var littleEndianBytes: [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: self >> (8 * $0)) }
    }

    /// Reads eight bytes; `nil` for fewer or more.
    package init?(littleEndianBytes bytes: some Collection<UInt8>) {
        guard bytes.count == 8 else { return nil }
        self = bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
