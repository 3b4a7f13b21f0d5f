// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Encoded bytes to be taken apart; whatever they are, reading them ends in a value or an error.
///
/// What decoding needs and one value may leave to the next is kept here too, unless somebody has kept a decoder. One thread has it at
/// a time, which makes checks for exclusive access needless; they take longer than what they check.
@safe final class ByteSource {
    private static let slot = SessionSlot<ByteSource>()

    let kinds: TypeKinds
    @safe @exclusivity(unchecked) private(set) var limits = CodingLimits()

    /// Where arrays are that are not inside of the bytes; `nil` where none may be elsewhere.
    @safe @exclusivity(unchecked) private(set) var arrays: (any ArrayExchange)?
    @safe @exclusivity(unchecked) var keys = KeyReader()

    /// Whether the bytes come from a process of the same build that is trusted.
    @safe @exclusivity(unchecked) private(set) var isTrusted = false

    // SAFETY: what it leads to is there between `open` and `close`; before and behind, `end` is 0, and nothing is read at or behind it.
    @safe @exclusivity(unchecked) private(set) var bytes = unsafe UnsafeRawBufferPointer(start: nil, count: 0)

    /// Where the value must end.
    @safe @exclusivity(unchecked) private(set) var end = 0

    /// The bytes, if the source owns them.
    private var owned: UnsafeMutableRawBufferPointer?

    /// Decoders for values at each depth, since there is one such value at a time.
    @safe @exclusivity(unchecked) private var decoders: [ValueDecoder?] = []

    /// Whether a decoder is out of sight, and may come back at any time.
    private var isLent = false

    private init(_ kinds: TypeKinds = TypeKinds()) {
        self.kinds = kinds
    }

    deinit { if let owned = unsafe self.owned { unsafe owned.deallocate() } }

    // MARK: - Beginning and end

    /// A source that nobody else has.
    static func take() -> ByteSource { self.slot.take() ?? ByteSource() }

    /// Leaves the source to whoever needs one next, if nobody else can have it.
    func putBack() {
        let other = self.isLent ? self : Self.slot.put(self)
        // Which hold the source.
        other?.decoders = []
    }

    /// Begins with bytes; nothing may be read after `close`, and they have to be there until then.
    func open(
        _ bytes: UnsafeRawBufferPointer,
        _ limits: CodingLimits,
        isTrusted: Bool,
        arrays: (any ArrayExchange)? = nil
    ) throws(ReadingFault) {
        guard unsafe bytes.count >= 5 && bytes[0] == Wire.version else {
            throw .corrupted("this is a payload of another codec")
        }
        guard bytes.count <= limits.byteCount else {
            throw .corrupted("\(bytes.count) bytes are more than the \(limits.byteCount) allowed")
        }
        let tableEnd = bytes.count - 4
        let tableSize = unsafe Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: tableEnd, as: UInt32.self)))
        guard tableSize < tableEnd else { throw .corrupted("the table of keys is cut") }
        let end = tableEnd - tableSize
        try unsafe self.keys.read(UnsafeRawBufferPointer(rebasing: bytes[end..<tableEnd]))
        self.limits = limits
        if arrays != nil { self.arrays = arrays }
        self.isTrusted = isTrusted
        unsafe self.bytes = bytes
        self.end = end
    }

    /// A source of bytes that it owns.
    func copy(_ bytes: [UInt8]) throws(ReadingFault) -> ByteSource {
        let source = ByteSource(self.kinds)
        let owned = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
        unsafe owned.copyBytes(from: bytes)
        unsafe source.owned = owned
        try unsafe source.open(UnsafeRawBufferPointer(owned), self.limits, isTrusted: self.isTrusted)
        return source
    }

    func close() {
        unsafe self.bytes = UnsafeRawBufferPointer(start: nil, count: 0)
        self.end = 0
        if self.arrays != nil { self.arrays = nil }
        self.keys.end()
    }

    // MARK: - Decoders

    /// A decoder for a value that is complete before the next at this depth begins.
    func decoder(in parent: ValueDecoder?, at key: (any CodingKey)?, depth: Int, start: Int) -> ValueDecoder {
        if depth < self.decoders.count, let decoder = self.decoders[depth] {
            self.decoders[depth] = nil
            decoder.begin(parent, key, start)
            return decoder
        }
        return ValueDecoder(self, parent: parent, key: key, depth: depth, start: start)
    }

    /// Takes a decoder back, unless somebody goes on with it.
    func takeBack(_ decoder: inout ValueDecoder) {
        guard isKnownUniquelyReferenced(&decoder) else {
            self.isLent = true
            return
        }
        decoder.forgetPlace()
        let depth = decoder.depth
        // Nobody puts back a source that owns its bytes.
        if unsafe self.owned != nil { return }
        if depth < self.decoders.count {
            self.decoders[depth] = decoder
        } else if depth == self.decoders.count {
            self.decoders.append(decoder)
        }
    }

    // MARK: - Pieces

    @inline(__always)
    func byte(at position: inout Int) throws(ReadingFault) -> UInt8 {
        guard position < self.end else { throw .corrupted("the bytes end too early") }
        let byte = self.bytes[position]
        position += 1
        return byte
    }

    /// The byte that a value at a position begins with; `Wire.end` if there is none.
    func first(at position: Int) -> UInt8 { position < self.end ? self.bytes[position] : Wire.end }

    func isNil(at position: Int) -> Bool { self.first(at: position) == Wire.null && position < self.end }

    @inline(__always)
    func varint(at position: inout Int) throws(ReadingFault) -> UInt64 {
        guard position < self.end else { throw .corrupted("a number is cut or too large") }
        let byte = self.bytes[position]
        if byte < 0x80 {
            position += 1
            return UInt64(byte)
        }
        return try self.longVarint(at: &position)
    }

    private func longVarint(at position: inout Int) throws(ReadingFault) -> UInt64 {
        guard let value = unsafe Self.varint(UnsafeRawBufferPointer(rebasing: self.bytes[..<self.end]), at: &position)
        else {
            throw .corrupted("a number is cut or too large")
        }
        return value
    }

    static func varint(_ bytes: UnsafeRawBufferPointer, at position: inout Int) -> UInt64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while position < bytes.count, shift < 64 {
            let byte = unsafe bytes[position]
            position += 1
            // The tenth byte has one bit left.
            if shift == 63, byte > 1 { return nil }
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        return nil
    }

    /// Reads a size, and the range of so many bytes after it.
    func counted(at position: inout Int) throws(ReadingFault) -> Range<Int> {
        let count = try self.varint(at: &position)
        let rest = self.end - position
        guard count <= UInt64(rest) else { throw .corrupted("\(count) bytes should follow, and \(rest) do") }
        defer { position += Int(count) }
        return position..<position + Int(count)
    }

    @inline(__always)
    func word<I: FixedWidthInteger & BitwiseCopyable>(_ type: I.Type, at position: inout Int) throws(ReadingFault) -> I
    {
        guard self.end - position >= MemoryLayout<I>.size else { throw .corrupted("the bytes end too early") }
        defer { position += MemoryLayout<I>.size }
        return unsafe I(littleEndian: self.bytes.loadUnaligned(fromByteOffset: position, as: I.self))
    }
}
