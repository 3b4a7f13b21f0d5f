// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Takes the encodings of DWARF out of a section, from some place of it on.
///
/// By index and not off a slice, and with few generic functions: in a debug build a byte off an `ArraySlice` costs ten times as
/// much, and there are millions of them.
struct DWARFReader {
    private let bytes: [UInt8]
    private var position: Int
    private let end: Int

    init(_ bytes: [UInt8]) {
        self.init(bytes, position: 0, end: bytes.count)
    }

    /// Makes a reader of the section's rest; `nil` if the place is not in the section.
    init?(_ bytes: [UInt8], at offset: UInt64) {
        guard offset <= UInt64(bytes.count) else { return nil }
        self.init(bytes, position: Int(offset), end: bytes.count)
    }

    private init(_ bytes: [UInt8], position: Int, end: Int) {
        self.bytes = bytes
        self.position = position
        self.end = end
    }

    var isAtEnd: Bool { self.position >= self.end }

    /// How many bytes are left.
    var count: Int { self.end - self.position }

    /// Where in the section the reader is.
    var offset: UInt64 { UInt64(self.position) }

    /// Returns a reader of what is behind so many bytes, of which there must be as many.
    func dropping(_ count: Int) -> DWARFReader {
        DWARFReader(self.bytes, position: self.position + count, end: self.end)
    }

    mutating func skip(_ count: Int) -> Bool {
        guard count >= 0, count <= self.count else { return false }
        self.position += count
        return true
    }

    mutating func skip(_ count: UInt64?) -> Bool {
        guard let count, count <= UInt64(self.count) else { return false }
        return self.skip(Int(count))
    }

    mutating func byte() -> UInt8? {
        guard self.position < self.end else { return nil }
        defer { self.position += 1 }
        return self.bytes[self.position]
    }

    /// Takes an integer of at most 8 bytes off.
    mutating func word(_ size: Int) -> UInt64? {
        guard size > 0, size <= 8, size <= self.count else { return nil }
        var value: UInt64 = 0
        var index = self.position + size
        while index > self.position {
            index -= 1
            value = value << 8 | UInt64(self.bytes[index])
        }
        self.position += size
        return value
    }

    mutating func integer<I: FixedWidthInteger>() -> I? {
        self.word(MemoryLayout<I>.size).map { I(truncatingIfNeeded: $0) }
    }

    /// Takes an offset into a section off, or a length.
    mutating func offset(_ is64Bit: Bool) -> UInt64? { self.word(is64Bit ? 8 : 4) }

    /// Takes a unit off, length and all.
    mutating func unit() -> (reader: DWARFReader, is64Bit: Bool)? {
        guard let short: UInt32 = self.integer() else { return nil }
        let is64Bit = short == .max
        guard let length = is64Bit ? self.word(8) : UInt64(short), length <= UInt64(self.count) else { return nil }
        let end = self.position + Int(length)
        defer { self.position = end }
        return (DWARFReader(self.bytes, position: self.position, end: end), is64Bit)
    }

    /// Takes a ULEB128 off.
    mutating func unsigned() -> UInt64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while let byte = self.byte() {
            if shift < 64 { value |= UInt64(byte & 0x7f) << shift }
            shift &+= 7
            if byte < 0x80 { return value }
        }
        return nil
    }

    /// Takes an SLEB128 off.
    mutating func signed() -> Int64? {
        var value: Int64 = 0
        var shift: Int64 = 0
        while let byte = self.byte() {
            if shift < 64 { value |= Int64(byte & 0x7f) << shift }
            shift &+= 7
            guard byte < 0x80 else { continue }
            if shift < 64, byte & 0x40 != 0 { value |= -1 << shift }
            return value
        }
        return nil
    }

    mutating func string() -> String? {
        let start = self.position
        guard self.skipString() else { return nil }
        return String(decoding: self.bytes[start..<(self.position - 1)], as: UTF8.self)
    }

    mutating func skipString() -> Bool {
        while let byte = self.byte() {
            if byte == 0 { return true }
        }
        return false
    }

    static func string(in bytes: [UInt8], at offset: UInt64) -> String? {
        var reader = DWARFReader(bytes, at: offset)
        return reader?.string()
    }
}
