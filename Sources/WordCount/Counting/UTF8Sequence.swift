// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// What the bytes at some place of a text are, read as UTF-8.
enum UTF8Sequence: Hashable, Sendable {
    /// The most bytes that a character has.
    static let maximumLength = 4

    /// A character and the number of its bytes.
    case character(Unicode.Scalar, length: Int)

    /// A byte that neither is nor begins a character.
    case invalid

    /// The beginning of a character whose other bytes lie beyond the end.
    case incomplete

    /// Decodes what begins at an index.
    init(in bytes: UnsafeRawBufferPointer, at index: Int) {
        let first = bytes[index]
        let length: Int
        switch first {
        case 0x00...0x7F: length = 1
        case 0xC2...0xDF: length = 2
        case 0xE0...0xEF: length = 3
        case 0xF0...0xF4: length = 4
        default:
            self = .invalid
            return
        }
        // The bits of the first byte that are not the mark of its length.
        var value = UInt32(first) & (length == 1 ? 0x7F : 0xFF >> UInt32(length + 1))
        for position in 1..<max(length, 1) {
            guard index + position < bytes.count else {
                self = .incomplete
                return
            }
            let byte = bytes[index + position]
            guard Self.isContinuation(byte) else {
                self = .invalid
                return
            }
            value = value << 6 | UInt32(byte & 0x3F)
        }
        // Surrogates, values beyond Unicode and spellings longer than need be are not characters.
        let smallest: [UInt32] = [0, 0, 0x80, 0x800, 0x1_0000]
        guard value >= smallest[length], let character = Unicode.Scalar(value) else {
            self = .invalid
            return
        }
        self = .character(character, length: length)
    }

    /// Returns whether a byte can only be a later byte of a character.
    static func isContinuation(_ byte: UInt8) -> Bool {
        byte & 0xC0 == 0x80
    }

    /// Returns how many bytes from an index on belong to a character that begins before it.
    static func overhang(in bytes: UnsafeRawBufferPointer, at index: Int) -> Int {
        for back in 1..<Self.maximumLength where back <= index {
            if Self.isContinuation(bytes[index - back]) { continue }
            guard case .character(_, let length) = UTF8Sequence(in: bytes, at: index - back) else { return 0 }
            return max(0, length - back)
        }
        return 0
    }
}
