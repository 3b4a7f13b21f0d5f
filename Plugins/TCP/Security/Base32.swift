// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

/// Bytes as lower-case letters and digits, five bits each: RFC 4648, section 6, without padding.
enum Base32 {
    private static let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)

    /// How many digits so many bytes have.
    static func digitCount(forBytes count: Int) -> Int { (count * 8 + 4) / 5 }

    /// Returns bytes as text.
    static func text(_ bytes: some Collection<UInt8>) -> String {
        var digits: [UInt8] = []
        var buffer: UInt16 = 0
        var bitCount = 0
        for byte in bytes {
            buffer = buffer << 8 | UInt16(byte)
            bitCount += 8
            while bitCount >= 5 {
                bitCount -= 5
                digits.append(self.alphabet[Int(buffer >> bitCount) & 31])
                buffer &= 1 << bitCount - 1
            }
        }
        if bitCount > 0 { digits.append(self.alphabet[Int(buffer << (5 - bitCount)) & 31]) }
        return String(decoding: digits, as: UTF8.self)
    }

    /// Reads bytes; `nil` for text that ``text(_:)`` does not return, so that no two texts mean the same.
    static func bytes(_ text: some StringProtocol) -> [UInt8]? {
        var bytes: [UInt8] = []
        var buffer: UInt16 = 0
        var bitCount = 0
        for digit in text.utf8 {
            let value: UInt8
            switch digit {
            case UInt8(ascii: "a")...UInt8(ascii: "z"): value = digit - UInt8(ascii: "a")
            case UInt8(ascii: "2")...UInt8(ascii: "7"): value = digit - UInt8(ascii: "2") + 26
            default: return nil
            }
            buffer = buffer << 5 | UInt16(value)
            bitCount += 5
            if bitCount >= 8 {
                bitCount -= 8
                bytes.append(UInt8(truncatingIfNeeded: buffer >> bitCount))
                buffer &= 1 << bitCount - 1
            }
        }
        return bitCount < 5 && buffer == 0 ? bytes : nil
    }
}

#endif
