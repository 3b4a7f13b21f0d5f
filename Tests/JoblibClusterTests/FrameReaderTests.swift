// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCluster
import Testing

@Suite("Frames")
struct FrameReaderTests {
    private static let frames =
        MessageTests.messages.map(\.frame) + [
            HostFrame(kind: .array, number: 17, second: 1 << 40, bytes: [1, 2, 3, 4, 5]),
            HostFrame(kind: .resultPiece, number: 15, bytes: [6]),
        ]

    private static func noPiece(_ frame: HostFrame, _ bytes: RawSpan) { Issue.record("a piece: \(frame)") }

    private static func bytes(of frames: [HostFrame]) -> [UInt8] { frames.flatMap { $0.header + $0.bytes } }

    private func read(_ parts: [ArraySlice<UInt8>], largest: Int = 1 << 20) throws -> [HostFrame] {
        var reader = FrameReader(largest: largest)
        var frames: [HostFrame] = []
        var missing = 0
        for part in parts {
            try reader.read(
                Array(part).span.bytes,
                piece: { frame, bytes in
                    #expect(frame.bytes.isEmpty)
                    if missing == 0 {
                        frames.append(frame)
                        missing = Self.frames.first { $0.kind == frame.kind }?.bytes.count ?? 0
                    }
                    bytes.withUnsafeBytes { frames[frames.count - 1].bytes += $0 }
                    missing -= bytes.byteCount
                },
                { frames.append($0) }
            )
        }
        #expect(missing == 0)
        #expect(reader.isBetweenFrames)
        return frames
    }

    @Test("are the same however what comes is cut in two")
    func everySplit() throws {
        let bytes = Self.bytes(of: Self.frames)
        for cut in 0...bytes.count {
            let read = try self.read([bytes[..<cut], bytes[cut...]])
            #expect(read == Self.frames)
            if read != Self.frames { return }
        }
    }

    @Test("are the same in pieces of any size", arguments: [1, 2, 3, 4, 5, 17, 20, 21, 22, 1000])
    func pieces(size: Int) throws {
        let bytes = Self.bytes(of: Self.frames)
        let parts = stride(from: 0, to: bytes.count, by: size).map { bytes[$0..<min($0 + size, bytes.count)] }
        #expect(try self.read(parts) == Self.frames)
    }

    @Test("may have nothing behind the numbers, and as much as is allowed")
    func lengths() throws {
        let empty = HostFrame(kind: .leaving)
        #expect(empty.header.count == 21)
        #expect(try self.read([empty.header[...]], largest: 17) == [empty])
        let full = HostFrame(kind: .answer, number: 1, bytes: Array(repeating: 7, count: 100))
        #expect(try self.read([Self.bytes(of: [full])[...]], largest: 117) == [full])
    }

    @Test(
        "whose length cannot be are refused as soon as it is there, before anything is set aside for them",
        arguments: [0, 1, 16, 118, 1 << 31, UInt32.max] as [UInt32]
    )
    func wrongLengths(_ length: UInt32) {
        let bytes = (0..<4).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
        var reader = FrameReader(largest: 117)
        #expect(throws: FrameReader.Fault.self) { try reader.read(bytes.span.bytes, piece: Self.noPiece, { _ in }) }
    }

    @Test("of a kind that is not known are refused")
    func kinds() throws {
        let known = Set(HostFrame.Kind.allCases.map(\.rawValue))
        for kind in UInt8.min...UInt8.max {
            var header = HostFrame(kind: .leaving).header
            header[4] = kind
            var reader = FrameReader(largest: 100)
            var count = 0
            // A piece of nothing is none.
            if known.contains(kind), HostFrame.Kind(rawValue: kind)?.isPiece == false {
                try reader.read(header.span.bytes, piece: Self.noPiece, { _ in count += 1 })
                #expect(count == 1)
            } else {
                #expect(throws: FrameReader.Fault.self) {
                    try reader.read(header.span.bytes, piece: Self.noPiece, { _ in count += 1 })
                }
                #expect(count == 0)
            }
        }
    }

    @Test("that have not come as a whole are none yet")
    func incomplete() throws {
        let bytes = Self.bytes(of: [HostFrame(kind: .answer, number: 1, bytes: [1, 2, 3])])
        for count in 0..<bytes.count {
            var reader = FrameReader(largest: 100)
            try reader.read(
                Array(bytes[..<count]).span.bytes,
                piece: Self.noPiece,
                { _ in Issue.record("a frame of \(count) bytes") }
            )
            #expect(reader.isBetweenFrames == (count == 0))
        }
    }

    @Test("end with what the reader of one throws")
    func throwing() {
        struct Enough: Error {}
        var reader = FrameReader(largest: 100)
        let bytes = Self.bytes(of: [HostFrame(kind: .leaving), HostFrame(kind: .leaving)])
        #expect(throws: Enough.self) { try reader.read(bytes.span.bytes, piece: Self.noPiece, { _ in throw Enough() }) }
    }

    @Test("get no more room than they need where they are large, and stay the same")
    func room() throws {
        let sent = HostFrame(kind: .answer, number: 1, bytes: (0..<3 << 20).map { UInt8(truncatingIfNeeded: $0) })
        let bytes = Self.bytes(of: [sent])
        let parts = stride(from: 0, to: bytes.count, by: 100_000).map { bytes[$0..<min($0 + 100_000, bytes.count)] }
        let frames = try self.read(parts, largest: 1 << 30)
        #expect(frames == [sent])
        #expect(frames.allSatisfy { $0.bytes.capacity < $0.bytes.count + (64 << 10) })
    }
}
