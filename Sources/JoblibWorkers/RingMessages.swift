// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX

/// What stands before the bytes of a frame in a ring, whose last ones tell of arrays.
private struct RingHeader {
    static let byteCount = 32

    var size: UInt64
    var number: UInt64
    var kind: UInt32
    var arrayCount: UInt32 = 0
    var placedCount: UInt64
}

/// Writes frames into a ring, as far as there is room, and keeps the rest.
struct RingSender {
    private var ring: SharedRingWriter

    /// A frame that did not fit.
    private struct Waiting {
        let kind: WorkerFrame.Kind
        let number: UInt64

        /// Its header and its bytes, each as far as it is not written yet.
        var parts: [ArraySlice<UInt8>]
        var isBegun = false
    }

    /// What did not fit, in order.
    private var waiting: [Waiting] = []

    init(_ ring: SharedRingWriter) {
        self.ring = ring
    }

    /// Whether all that was sent is in the ring.
    var isEmpty: Bool { self.waiting.isEmpty }

    var isBroken: Bool { self.ring.isBroken }

    /// Sends a frame; what does not fit is written by ``flush()``.
    mutating func send(_ frame: WorkerFrame) {
        let bytes = frame.placed.isEmpty ? frame.bytes : frame.bytes + PlacedArray.encoded(frame.placed)
        var header = RingHeader(
            size: UInt64(bytes.count),
            number: frame.number,
            kind: UInt32(frame.kind.rawValue),
            arrayCount: UInt32(frame.placed.count),
            placedCount: UInt64(frame.placedCount)
        )
        let count = RingHeader.byteCount + bytes.count
        if self.isEmpty, self.ring.room(for: count) >= count {
            unsafe withUnsafeBytes(of: &header) { unsafe self.ring.copy($0, at: 0) }
            unsafe bytes.withUnsafeBytes { unsafe self.ring.copy($0, at: RingHeader.byteCount) }
            // Together: the reader looks once.
            self.ring.publish(count)
            return
        }
        let head = unsafe withUnsafeBytes(of: &header) { unsafe Array($0) }
        self.waiting.append(Waiting(kind: frame.kind, number: frame.number, parts: [bytes[...], head[...]]))
        self.flush()
    }

    /// Whether a frame is written in part.
    func isWriting(_ kind: WorkerFrame.Kind, _ number: UInt64) -> Bool {
        self.waiting.first.map { $0.kind == kind && $0.number == number && $0.isBegun } ?? false
    }

    /// Takes back a frame of which nothing has been written, so that its bytes need not be kept.
    mutating func withdraw(_ kind: WorkerFrame.Kind, _ number: UInt64) {
        self.waiting.removeAll { $0.kind == kind && $0.number == number && !$0.isBegun }
    }

    /// Writes what waits, as far as there is room.
    ///
    /// - Returns: Whether anything was written.
    @discardableResult
    mutating func flush() -> Bool {
        var isAnything = false
        while !self.waiting.isEmpty {
            guard let part = self.waiting[0].parts.last else {
                self.waiting.removeFirst()
                continue
            }
            let count = min(part.count, self.ring.room(for: part.count))
            guard count > 0 || part.isEmpty else { return isAnything }
            isAnything = true
            unsafe part.withUnsafeBytes { bytes in
                unsafe self.ring.copy(UnsafeRawBufferPointer(rebasing: bytes[..<count]), at: 0)
            }
            self.ring.publish(count)
            self.waiting[0].isBegun = true
            let rest = part.dropFirst(count)
            if rest.isEmpty {
                self.waiting[0].parts.removeLast()
            } else {
                self.waiting[0].parts[self.waiting[0].parts.count - 1] = rest
            }
        }
        return isAnything
    }
}

/// Puts frames together from what is in a ring.
struct RingReceiver {
    private var ring: SharedRingReader
    private var header: RingHeader?
    private var bytes: [UInt8] = []

    /// Whether the other process has written what cannot be.
    private(set) var isBroken = false

    /// Whether something was taken out of the ring since this was set to `false`: there is room for more.
    var hasMadeRoom = false

    init(_ ring: SharedRingReader) {
        self.ring = ring
    }

    /// The next frame that is there as a whole; `nil` when there is none, or the ring is broken.
    mutating func next() -> WorkerFrame? {
        guard !self.isBroken else { return nil }
        var available = self.ring.available()
        if self.header == nil {
            guard available >= RingHeader.byteCount else {
                self.isBroken = self.ring.isBroken
                return nil
            }
            var header = RingHeader(size: 0, number: 0, kind: 0, placedCount: 0)
            unsafe withUnsafeMutableBytes(of: &header) { unsafe self.ring.take(into: $0) }
            guard header.size <= UInt64(WorkerFrame.largest),
                UInt8(exactly: header.kind).flatMap(WorkerFrame.Kind.init) != nil
            else {
                self.isBroken = true
                return nil
            }
            available -= RingHeader.byteCount
            self.hasMadeRoom = true
            self.header = header
        }
        guard let header = self.header else { return nil }
        let size = Int(header.size)
        // Not as an array of no capacity, whose count all of them share, and would write.
        if size == 0 { return self.complete([]) }
        if self.bytes.isEmpty, available >= size {
            // Whole, as nearly all are: one allocation, and one copy.
            let bytes = unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
                unsafe self.ring.take(
                    into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<size])
                )
                count = size
            }
            return self.complete(bytes)
        }
        let count = min(size - self.bytes.count, available)
        guard count > 0 else { return nil }
        self.hasMadeRoom = true
        ArrivingBytes.makeRoom(in: &self.bytes, for: count, of: size)
        Self.append(count, of: &self.ring, to: &self.bytes)
        return self.bytes.count == size ? self.complete(self.bytes) : nil
    }

    private static func append(_ count: Int, of ring: inout SharedRingReader, to bytes: inout [UInt8]) {
        bytes.append(addingCapacity: count) { free in
            unsafe free.withUnsafeMutableBufferPointer { buffer, filled in
                unsafe ring.take(
                    into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<count])
                )
                filled = count
            }
        }
    }

    private mutating func complete(_ bytes: [UInt8]) -> WorkerFrame? {
        guard let header = self.header, let kind = WorkerFrame.Kind(rawValue: UInt8(truncatingIfNeeded: header.kind))
        else {
            return nil
        }
        self.header = nil
        self.bytes = []
        let placedCount = Int(truncatingIfNeeded: header.placedCount)
        if header.arrayCount == 0 { return WorkerFrame(kind, header.number, bytes, placedCount: placedCount) }
        var answer = bytes
        guard let placed = PlacedArray.take(Int(header.arrayCount), from: &answer) else {
            self.isBroken = true
            return nil
        }
        return WorkerFrame(kind, header.number, answer, placedCount: placedCount, placed: placed)
    }
}
