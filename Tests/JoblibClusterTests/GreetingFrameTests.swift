// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibWire
import Testing

@testable import JoblibCluster

@Suite(.timeLimit(.minutes(1)))
struct GreetingFrameTests {
    @Test("A frame is read as it was written, whatever is behind it", arguments: GreetingFrame.Kind.allCases)
    func roundTrip(_ kind: GreetingFrame.Kind) {
        let frame = GreetingFrame.example(kind)
        #expect(frame.kind == kind)
        #expect(GreetingFrame.read(frame.bytes[...]) == .complete(frame, byteCount: frame.bytes.count))
        #expect(GreetingFrame.read((frame.bytes + [1, 2, 3])[...]) == .complete(frame, byteCount: frame.bytes.count))
    }

    @Test("The bytes are a length, the lowest byte first, and a kind")
    func layout() {
        #expect(GreetingFrame.accepted.bytes == [1, 0, 0, 0, 3])
        let bytes = GreetingFrame.example(.greeting).bytes
        #expect(Int(bytes[0]) + Int(bytes[1]) << 8 == bytes.count - 4)
        #expect(bytes[2...4] == [0, 0, 2])
    }

    @Test("A frame that is cut off is incomplete, wherever", arguments: GreetingFrame.Kind.allCases)
    func truncated(_ kind: GreetingFrame.Kind) {
        let bytes = GreetingFrame.example(kind).bytes
        for count in bytes.indices {
            #expect(GreetingFrame.read(bytes.prefix(count)) == .incomplete)
        }
    }

    @Test(
        "A frame whose length leaves out its end is malformed",
        arguments: [.welcome, .greeting, .refused] as [GreetingFrame.Kind]
    )
    func shortened(_ kind: GreetingFrame.Kind) {
        let bytes = GreetingFrame.example(kind).bytes
        for count in 1..<(bytes.count - 4) {
            let shortened = UInt64(count).littleEndianBytes.prefix(4) + bytes.dropFirst(4).prefix(count)
            guard case .malformed = GreetingFrame.read(shortened[...]) else {
                Issue.record("\(count) of \(bytes.count - 4) bytes are read")
                continue
            }
        }
    }

    @Test(
        "S16: a length that no frame has is refused as soon as it is there",
        arguments: [0, 4097, 1 << 31 - 1, 1 << 31, 1 << 32 - 1]
    )
    func lengths(_ length: UInt64) {
        guard case .malformed(let what) = GreetingFrame.read(length.littleEndianBytes[..<4]) else {
            Issue.record("\(length) is no fault")
            return
        }
        #expect(what.contains("\(length) bytes"))
    }

    @Test("The longest length is waited for")
    func longest() {
        #expect(GreetingFrame.read([0, 0x10, 0, 0]) == .incomplete)
        #expect(GreetingFrame.read([0, 0x10, 0, 0, 2]) == .incomplete)
    }

    @Test("A kind that there is not is refused before its contents have come", arguments: [0, 5, 71, 255] as [UInt8])
    func unknownKind(_ kind: UInt8) {
        guard case .malformed = GreetingFrame.read([100, 0, 0, 0, kind]) else {
            Issue.record("the kind \(kind) is no fault")
            return
        }
    }

    @Test("S16: whatever a bit is turned into is read or refused", arguments: GreetingFrame.Kind.allCases)
    func bitFlips(_ kind: GreetingFrame.Kind) {
        let bytes = GreetingFrame.example(kind).bytes
        for position in bytes.indices {
            for bit in 0..<8 {
                var flipped = bytes
                flipped[position] ^= 1 << bit
                if case .complete(_, let count) = GreetingFrame.read(flipped[...]) { #expect(count <= flipped.count) }
            }
        }
    }

    @Test("S16: contents that are no value are refused")
    func garbage() throws {
        var generator = SystemRandomNumberGenerator()
        let contents: [[UInt8]] =
            [[], [0], .init(repeating: 0xff, count: 4095), .init(repeating: 0x81, count: 4095)]
            + (0..<200).map { count in (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) } }
        for kind in GreetingFrame.Kind.allCases {
            for contents in contents where kind != .accepted || !contents.isEmpty {
                let bytes = UInt64(contents.count + 1).littleEndianBytes.prefix(4) + [kind.rawValue] + contents
                guard case .malformed = GreetingFrame.read(bytes[...]) else {
                    Issue.record("\(kind) is read from \(contents)")
                    continue
                }
            }
        }
    }

    @Test("S19: a greeting of another version is told from garbage, whatever else it says")
    func foreignVersion() throws {
        struct Other: Encodable {
            var identity = ProgramIdentity.example
            var novelty = [1, 2, 3]
        }
        var other = Other()
        for version in [ProgramIdentity.currentVersion - 1, ProgramIdentity.currentVersion + 1] {
            other.identity.version = version
            let contents = try BinaryCoder(trust: .none).encode(other)
            let bytes = UInt64(contents.count + 1).littleEndianBytes.prefix(4) + [1] + contents
            #expect(GreetingFrame.read(bytes[...]) == .foreign(other.identity))
        }
    }
}
