// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import WordCount

@Suite("Counting words")
struct WordCounterTests {
    static let tables: [CharacterTable] = ["C", "C.UTF-8"].compactMap { CharacterLocale($0) }
        .flatMap { [CharacterTable($0), CharacterTable($0, countsUnprintable: true)] }

    /// Counts in buffers of some size, with what was not counted carried over.
    private func count(_ bytes: [UInt8], buffers size: Int, _ table: CharacterTable) -> PieceCount {
        var counter = WordCounter(table)
        var rest: [UInt8] = []
        var position = 0
        repeat {
            let end = min(bytes.count, position + size)
            let buffer = rest + bytes[position..<end]
            position = end
            let used = buffer.withUnsafeBytes { counter.count($0, isLast: position == bytes.count) }
            rest = Array(buffer[used...])
        } while position < bytes.count
        #expect(rest.isEmpty)
        return counter.piece
    }

    @Test("The size of the buffers does not matter", arguments: Self.tables.indices)
    func bufferSizes(table: Int) {
        for seed in 1...20 as ClosedRange<UInt64> {
            let bytes = TrickyFiles.noise(seed: seed, count: 300)
            let whole = self.count(bytes, buffers: 1_000, Self.tables[table])
            for size in [1, 2, 3, 4, 5, 7, 64] {
                #expect(self.count(bytes, buffers: size, Self.tables[table]) == whole)
            }
        }
    }

    static let examples: [(String, Int, Int, Int)] = [
        // In C, in UTF-8, and if unprintable characters count in C.
        ("", 0, 0, 0), ("a b\nc", 3, 3, 3), (" \t\n\u{B}\u{C}\r", 0, 0, 0), ("\u{1} \u{2}", 0, 0, 2),
        ("a\u{1}b", 1, 1, 1), ("© x", 1, 2, 2), ("é", 0, 1, 1), ("a\u{A0}b", 1, 2, 1), ("a\u{3000}b", 1, 2, 1),
    ]

    @Test("Words are those of wc in each locale", arguments: Self.examples)
    func locales(text: String, inC: Int, inUTF8: Int, all: Int) throws {
        let utf8 = try #require(CharacterLocale("C.UTF-8"))
        let bytes = Array(text.utf8)
        #expect(self.count(bytes, buffers: 64, CharacterTable(.c)).count.words == inC)
        #expect(self.count(bytes, buffers: 64, CharacterTable(utf8)).count.words == inUTF8)
        #expect(self.count(bytes, buffers: 64, CharacterTable(.c, countsUnprintable: true)).count.words == all)
    }

    @Test("Pieces can be counted apart and joined, at every cut")
    func joining() {
        let bytes = Array("one two  three\n\u{1}four\u{1} \u{2} five\n".utf8)
        let table = CharacterTable(.c)
        let whole = self.count(bytes, buffers: 100, table)
        for first in 0...bytes.count {
            for second in first...bytes.count {
                var joined = PieceCount()
                for part in [bytes[..<first], bytes[first..<second], bytes[second...]] {
                    joined.append(self.count(Array(part), buffers: 100, table))
                }
                #expect(joined == whole)
            }
        }
    }

    static let sequences: [([UInt8], UTF8Sequence)] = [
        ([0xC3, 0xA9], .character("é", length: 2)), ([0xF0, 0x9F, 0x91, 0xA9], .character("👩", length: 4)),
        ([0xC3], .incomplete), ([0xE2, 0x82], .incomplete), ([0xE2, 0x41], .invalid), ([0x80], .invalid),
        ([0xC0, 0x80], .invalid), ([0xE0, 0x80, 0x80], .invalid), ([0xED, 0xA0, 0x80], .invalid),
        ([0xF4, 0x90, 0x80, 0x80], .invalid), ([0xFF], .invalid), ([0x41], .character("A", length: 1)),
    ]

    @Test("Only well-formed UTF-8 is decoded", arguments: Self.sequences)
    func decoding(bytes: [UInt8], expected: UTF8Sequence) {
        #expect(bytes.withUnsafeBytes { UTF8Sequence(in: $0, at: 0) } == expected)
    }
}
