// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Files on which a word counter can go wrong.
enum TrickyFiles {
    static let all: [(name: String, bytes: [UInt8])] =
        [
            ("empty", []),
            ("no final newline", Array("one two".utf8)),
            ("newlines only", Array(repeating: 10, count: 1_000)),
            ("carriage returns", Array("a\r\nb\rc\u{B}d\u{C}e\tf\r\n".utf8)),
            ("one long word", Array(repeating: UInt8(ascii: "x"), count: 700_000)),
            ("spaces at a buffer boundary", [UInt8](repeating: 32, count: 262_144) + Array("x y".utf8)),
            ("word across a buffer boundary", [UInt8](repeating: 120, count: 262_145) + Array(" y\n".utf8)),
            ("umlaut across a buffer boundary", [UInt8](repeating: 32, count: 262_143) + Array("ä ö\n".utf8)),
            ("controls", [1, 32, 2, 3, 32, 97, 1, 98, 32, 0, 10, 0x7F, 32]),
            ("all bytes", Array(0...255) + Array((0...255).reversed())),
            ("no-break spaces", Array("a\u{A0}b\u{2007}c\u{202F}d\u{2060}e\u{3000}f\u{2003}g\u{85}h\u{2028}i".utf8)),
            ("other scripts", Array("日本語 テキスト · Ωμέγα — 👩‍👩‍👧 é e\u{301} \u{200B} \u{FEFF}x ©\n".utf8)),
            (
                "broken UTF-8",
                [0xC3, 32, 0xE2, 0x82, 97, 32, 0xED, 0xA0, 0x80, 32, 0xF4, 0x90, 0x80, 0x80, 32, 0xC0, 0x80]
            ),
            ("cut UTF-8", [97, 32, 0xF0, 0x9F, 0x91]),
            ("deep/er/and/deeper", Array("deep\n".utf8)),
            ("name with 'quotes'", Array("q\n".utf8)),
        ]
        + (0..<40).map { ("many/\($0)", Array("file \($0)\n".utf8)) }
        + (0..<8).map { ("noise/\($0)", Self.noise(seed: UInt64($0), count: 50_000)) }

    /// Returns bytes that are often spaces and parts of characters.
    static func noise(seed: UInt64, count: Int) -> [UInt8] {
        let alphabet: [UInt8] = [
            9, 10, 32, 32, 65, 66, 1, 0x7F, 0xC2, 0xA0, 0xA9, 0xE2, 0x80, 0x83, 0xA8, 0xF0, 0x9F, 0xFF,
        ]
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        return (0..<count)
            .map { _ in
                state ^= state << 13
                state ^= state >> 7
                state ^= state << 17
                return alphabet[Int(state % UInt64(alphabet.count))]
            }
    }
}
