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

        /// Whether it is for a host; the others are for a coordinator.
        package var isForHost: Bool {
            switch self {
            case .open, .run, .cancel, .recall, .close, .heartbeat: true
            default: false
            }
        }

        package var isForCoordinator: Bool { !self.isForHost || self == .heartbeat }
    }

    package var kind: Kind
    package var number: UInt64 = 0
    package var bytes: [UInt8] = []

    package init(kind: Kind, number: UInt64 = 0, bytes: [UInt8] = []) {
        self.kind = kind
        self.number = number
        self.bytes = bytes
    }
}

extension HostMessage {
    private static let coder = BinaryCoder(trust: .none)

    /// The message as a frame.
    package var frame: HostFrame {
        switch self {
        case .open(let grant, let workers, let parameters):
            HostFrame(kind: .open, number: grant, bytes: UInt64(clamping: workers).littleEndianBytes + parameters)
        case .run(let batch, let grant, let payload):
            HostFrame(kind: .run, number: batch, bytes: grant.littleEndianBytes + payload)
        case .cancel(let batch): HostFrame(kind: .cancel, number: batch)
        case .recall(let grant): HostFrame(kind: .recall, number: grant)
        case .close(let grant): HostFrame(kind: .close, number: grant)
        case .answer(let batch, let bytes): HostFrame(kind: .answer, number: batch, bytes: bytes)
        case .finished(let batch): HostFrame(kind: .finished, number: batch)
        case .failed(let batch, .returned): HostFrame(kind: .returned, number: batch)
        case .failed(let batch, .died(let notice)): HostFrame(kind: .died, number: batch, bytes: Self.encoded(notice))
        case .failed(let batch, .lost(let why)): HostFrame(kind: .lost, number: batch, bytes: Array(why.utf8))
        case .refused(let grant, let refusal):
            HostFrame(kind: .refused, number: grant, bytes: Self.encoded(refusal))
        case .leaving: HostFrame(kind: .leaving)
        case .heartbeat: HostFrame(kind: .heartbeat)
        }
    }

    /// Reads a frame; `nil` for one that says nothing.
    package init?(_ frame: HostFrame) {
        switch frame.kind {
        case .open:
            guard let workers = UInt64(littleEndianBytes: frame.bytes.prefix(8)), 1...(1 << 20) ~= workers else {
                return nil
            }
            self = .open(frame.number, workers: Int(workers), parameters: Array(frame.bytes.dropFirst(8)))
        case .run:
            guard let grant = UInt64(littleEndianBytes: frame.bytes.prefix(8)) else { return nil }
            self = .run(frame.number, grant, payload: Array(frame.bytes.dropFirst(8)))
        case .cancel: self = .cancel(frame.number)
        case .recall: self = .recall(frame.number)
        case .close: self = .close(frame.number)
        case .answer: self = .answer(frame.number, frame.bytes)
        case .finished: self = .finished(frame.number)
        case .returned: self = .failed(frame.number, .returned)
        case .died:
            guard let notice = try? Self.coder.decode(WorkerDeathNotice.self, from: frame.bytes) else { return nil }
            self = .failed(frame.number, .died(notice))
        case .lost: self = .failed(frame.number, .lost(String(decoding: frame.bytes.prefix(2000), as: UTF8.self)))
        case .refused:
            guard let refusal = try? Self.coder.decode(GrantRefusal.self, from: frame.bytes) else { return nil }
            self = .refused(frame.number, refusal)
        case .leaving: self = .leaving
        case .heartbeat: self = .heartbeat
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
