// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Cuts what comes on a connection into frames.
///
/// A frame is its length without these four bytes (32 bits, the lowest byte first), a kind (one byte), two numbers (64 bits each, the
/// lowest byte first), and the rest. Memory grows with what has come, and never with what a length promises.
package struct FrameReader {
    /// What is wrong with what has come; nothing after it can be made sense of.
    package struct Fault: Error, Equatable, CustomStringConvertible {
        package let description: String
    }

    /// How many bytes stand before the length counts, and how many it counts at least.
    private static let lengthByteCount = 4
    private static let smallest = 17

    /// How many bytes are made room for before they come.
    private static let largestRoom = 1 << 20

    /// How many times as many as have come there is room for later; pages that nothing was written to take no memory.
    private static let growth = 8

    private let largest: Int
    private var header: [UInt8] = []
    private var frame: HostFrame?
    private var missing = 0

    /// Begins a connection.
    ///
    /// - Parameter largest: How many bytes a frame may have.
    package init(largest: Int) {
        self.largest = largest
        self.header.reserveCapacity(Self.lengthByteCount + Self.smallest)
    }

    /// Whether nothing is there of a frame that has not come as a whole.
    package var isBetweenFrames: Bool { self.header.isEmpty && self.frame == nil }

    /// How many bytes it has of a frame that has not come as a whole.
    package var heldByteCount: Int { self.frame?.bytes.count ?? 0 }

    /// Takes in bytes.
    ///
    /// - Parameters:
    ///   - bytes: What has come.
    ///   - body: Called with each frame that is whole.
    /// - Throws: ``Fault``; what the closure throws.
    package mutating func read(_ bytes: RawSpan, _ body: (HostFrame) throws -> Void) throws {
        var position = 0
        while true {
            if self.frame == nil {
                let end = min(position + Self.lengthByteCount + Self.smallest - self.header.count, bytes.byteCount)
                unsafe bytes.extracting(position..<end).withUnsafeBytes { unsafe self.header += $0 }
                position = end
                guard self.header.count == Self.lengthByteCount + Self.smallest else { return try self.checkLength() }
                try self.begin()
            }
            let end = min(position + self.missing, bytes.byteCount)
            self.makeRoom(for: end - position)
            unsafe bytes.extracting(position..<end).withUnsafeBytes { unsafe self.frame?.bytes.append(contentsOf: $0) }
            self.missing -= end - position
            position = end
            guard self.missing == 0, let whole = self.frame else { return }
            self.frame = nil
            try body(whole)
        }
    }

    /// Makes room for bytes, and for more to come: an array that doubles is copied once more on its way, into pages that are made anew.
    private mutating func makeRoom(for byteCount: Int) {
        let count = self.frame?.bytes.count ?? 0
        guard count + byteCount > self.frame?.bytes.capacity ?? 0 else { return }
        let room = max(Self.largestRoom, Self.growth * (count + byteCount))
        self.frame?.bytes.reserveCapacity(min(count + self.missing, room))
    }

    private var length: Int {
        self.header.prefix(Self.lengthByteCount).reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    /// Refuses a length that cannot be as soon as it is there.
    private func checkLength() throws(Fault) {
        guard self.header.count >= Self.lengthByteCount else { return }
        let length = self.length
        guard length >= Self.smallest, length <= self.largest else {
            throw Fault(description: "a frame of \(length) bytes; one has \(Self.smallest) to \(self.largest)")
        }
    }

    private mutating func begin() throws(Fault) {
        try self.checkLength()
        guard let kind = HostFrame.Kind(rawValue: self.header[4]) else {
            throw Fault(description: "a frame of the kind \(self.header[4]), which this version does not know")
        }
        var frame = HostFrame(
            kind: kind,
            number: UInt64(littleEndianBytes: self.header[5..<13]) ?? 0,
            second: UInt64(littleEndianBytes: self.header[13..<21]) ?? 0
        )
        self.missing = self.length - Self.smallest
        frame.bytes.reserveCapacity(min(self.missing, Self.largestRoom))
        self.frame = frame
        self.header.removeAll(keepingCapacity: true)
    }
}

extension HostFrame {
    /// How many bytes stand before the rest.
    package static let headerByteCount = 21

    /// How many bytes the rest may have, as far as a length of 32 bits goes.
    package static let largestByteCount = Int(UInt32.max) - 64

    /// What stands before the rest.
    package var header: [UInt8] { self.header(payload: self.bytes.count) }

    /// What stands before a rest of so many bytes, which is not copied to be here.
    package func header(payload byteCount: Int) -> [UInt8] {
        let length = UInt32(clamping: 17 + byteCount)
        return (0..<4).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + [self.kind.rawValue]
            + self.number.littleEndianBytes + self.second.littleEndianBytes
    }
}
