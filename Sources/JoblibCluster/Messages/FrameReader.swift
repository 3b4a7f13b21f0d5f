// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibWorkers

/// Cuts what comes on a connection into frames.
///
/// A frame is its length without these four bytes (32 bits, the lowest byte first), a kind (one byte), two numbers (64 bits each, the
/// lowest byte first), and the rest. Memory grows with what has come, and never with what a length promises. The rest of a frame that is
/// a piece of an array is handed on as it comes, to be copied once, to where it stays.
package struct FrameReader {
    /// What is wrong with what has come; nothing after it can be made sense of.
    package struct Fault: Error, Equatable, CustomStringConvertible {
        package let description: String
    }

    /// How many bytes stand before the length counts, and how many it counts at least.
    private static let lengthByteCount = 4
    private static let smallest = 17

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
    ///   - piece: Called with bytes of a piece of an array, and the frame that they are of, without them.
    ///   - body: Called with each other frame that is whole.
    /// - Throws: ``Fault``; what the closures throw.
    package mutating func read(
        _ bytes: RawSpan,
        piece: (HostFrame, RawSpan) throws -> Void,
        _ body: (HostFrame) throws -> Void
    ) throws {
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
            let part = bytes.extracting(position..<end)
            position = end
            if let frame = self.frame, frame.kind.isPiece {
                if part.byteCount > 0 { try piece(frame, part) }
                self.missing -= part.byteCount
                guard self.missing == 0 else { return }
                self.frame = nil
                continue
            }
            unsafe part.withUnsafeBytes { unsafe self.append($0) }
            guard self.missing == 0, let whole = self.frame else { return }
            self.frame = nil
            try body(whole)
        }
    }

    private mutating func append(_ bytes: UnsafeRawBufferPointer) {
        // Out of the reader while it grows, so that it is not copied.
        guard var frame = self.frame.take() else { return }
        let total = frame.bytes.count + self.missing
        ArrivingBytes.makeRoom(in: &frame.bytes, for: bytes.count, of: total)
        unsafe frame.bytes.append(contentsOf: bytes)
        self.missing -= bytes.count
        self.frame = frame
    }

    /// A number of the header.
    private func number<Number: FixedWidthInteger & BitwiseCopyable>(at offset: Int) -> Number {
        let number = unsafe self.header.withUnsafeBytes { bytes in
            unsafe bytes.loadUnaligned(fromByteOffset: offset, as: Number.self)
        }
        return Number(littleEndian: number)
    }

    private var length: Int { Int(self.number(at: 0) as UInt32) }

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
        var frame = HostFrame(kind: kind, number: self.number(at: 5), second: self.number(at: 13))
        self.missing = self.length - Self.smallest
        guard !kind.isPiece || self.missing > 0 else { throw Fault(description: "a piece of an array without a byte") }
        if !kind.isPiece { frame.bytes.reserveCapacity(min(self.missing, ArrivingBytes.largestRoom)) }
        self.frame = frame
        self.header.removeAll(keepingCapacity: true)
    }
}

extension HostFrame {
    /// How many bytes stand before the rest.
    package static let headerByteCount = 21

    /// How many bytes the rest may have, as far as a length of 32 bits goes.
    package static let largestByteCount = Int(UInt32.max) - 64

    /// The first field: how many bytes follow it.
    package var lengthField: UInt32 { UInt32(clamping: 17 + self.bytes.count) }

    /// What stands before the rest.
    package var header: [UInt8] { self.header(payload: self.bytes.count) }

    /// What stands before a rest of so many bytes, which is not copied to be here.
    package func header(payload byteCount: Int) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: Self.headerByteCount) { header, count in
            let bytes = UnsafeMutableRawBufferPointer(header)
            unsafe bytes.storeBytes(of: UInt32(clamping: 17 + byteCount).littleEndian, as: UInt32.self)
            unsafe bytes.storeBytes(of: self.kind.rawValue, toByteOffset: 4, as: UInt8.self)
            unsafe bytes.storeBytes(of: self.number.littleEndian, toByteOffset: 5, as: UInt64.self)
            unsafe bytes.storeBytes(of: self.second.littleEndian, toByteOffset: 13, as: UInt64.self)
            count = Self.headerByteCount
        }
    }
}
