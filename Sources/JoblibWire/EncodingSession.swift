// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// What encoding needs and one value leaves to the next, which is why a small one takes no memory of its own.
///
/// Types that go on with an encoder after their `encode(to:)` has returned make bytes that mean nothing; nothing else happens.
final class EncodingSession {
    private static let slot = SessionSlot<EncodingSession>()

    private let keys = KeyWriter()
    private let kinds = TypeKinds()
    private let sink: ByteSink

    private init() {
        self.sink = ByteSink(self.keys, self.kinds, CodingLimits())
    }

    deinit { self.sink.close() }

    /// A session that nobody else has.
    static func take() -> EncodingSession { self.slot.take() ?? EncodingSession() }

    /// Leaves the session to whoever needs one next.
    func putBack() { _ = Self.slot.put(self) }

    /// How large a value is at most that is written at once, in bytes, and how many stand around it: its size takes one.
    private static let largestWhole = 127
    private static let wholeOverhead = 7

    /// Appends a small value as it is in memory, and what stands around it, in one piece.
    @inline(__always)
    private static func appendWhole<T>(_ value: T, to bytes: inout [UInt8]) {
        unsafe withUnsafeTemporaryAllocation(byteCount: self.largestWhole + self.wholeOverhead, alignment: 8) {
            buffer in
            unsafe buffer[0] = Wire.version
            unsafe buffer[1] = Wire.memory
            unsafe buffer[2] = UInt8(truncatingIfNeeded: MemoryLayout<T>.size)
            unsafe withUnsafeBytes(of: value) { value in
                unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[3...]).copyMemory(from: value)
            }
            // No names of keys.
            let end = 3 + MemoryLayout<T>.size
            unsafe buffer.storeBytes(of: 0, toByteOffset: end, as: UInt32.self)
            unsafe bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: buffer[..<(end + 4)]))
        }
    }

    /// Appends all that is encoded of a value, or nothing if there is an error.
    func encode<T: Encodable>(_ value: T, _ coder: BinaryCoder, into bytes: inout [UInt8]) throws {
        if coder.trust.acceptsLayouts, MemoryLayout<T>.size <= Self.largestWhole, self.kinds.kind(of: T.self).isMemory,
            MemoryLayout<T>.size + Self.wholeOverhead <= coder.limits.byteCount
        {
            return Self.appendWhole(value, to: &bytes)
        }
        self.keys.begin()
        self.sink.begin(behind: &bytes, coder)
        do {
            self.sink.append(byte: Wire.version)
            if !coder.trust.acceptsLayouts || !self.sink.appendMemory(value) {
                try self.sink.append(value, in: nil, at: nil, depth: 0)
            }
            self.sink.finish()
            guard self.sink.isWithinLimit else {
                throw ValueEncoder(self.sink, parent: nil, key: nil, depth: 0).isTooLarge(value)
            }
            self.sink.end(&bytes)
        } catch {
            self.sink.giveUp(&bytes)
            throw error
        }
    }
}
