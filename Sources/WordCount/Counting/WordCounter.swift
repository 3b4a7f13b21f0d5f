// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// The counting of a stream of bytes that arrives in buffers.
///
/// A word, and a character of several bytes, may lie across the boundary of two buffers.
struct WordCounter {
    private let table: CharacterTable
    private(set) var piece = PieceCount()

    /// Creates a counter that has counted nothing.
    init(_ table: CharacterTable) {
        self.table = table
    }

    /// Counts the characters of a buffer.
    ///
    /// - Parameters:
    ///   - bytes: The buffer.
    ///   - limit: The index before which a character must begin to be counted; the end of the buffer if nil.
    ///   - isLast: Whether there is no next buffer that could complete a character.
    /// - Returns: The number of bytes counted. The others before the limit, three at most, must begin the next buffer.
    mutating func count(_ bytes: UnsafeRawBufferPointer, upTo limit: Int? = nil, isLast: Bool) -> Int {
        let limit = limit ?? bytes.count
        let word = CharacterClass.word.rawValue
        let space = CharacterClass.space.rawValue
        let partial = CharacterClass.partial.rawValue
        var lines = 0
        var words = 0
        var beginsInWord = self.piece.edges?.beginsInWord
        // The class of the last character that was not ignored.
        var previous = self.piece.edges?.endsInWord == true ? word : space
        var index = 0

        self.table.classOfByte.withUnsafeBufferPointer { classOfByte in
            while index < limit {
                let byte = bytes[index]
                var current = classOfByte[Int(byte)]
                var length = 1
                if current == partial {
                    switch UTF8Sequence(in: bytes, at: index) {
                    case .character(let character, let characterLength):
                        current = self.table.classify(character).rawValue
                        length = characterLength
                    case .incomplete where !isLast: return
                    case .incomplete, .invalid: current = self.table.unprintable.rawValue
                    }
                }
                index += length
                guard current <= space else { continue }
                if beginsInWord == nil { beginsInWord = current == word }
                words += previous & (current ^ 1) == 1 ? 1 : 0
                lines += byte == UInt8(ascii: "\n") ? 1 : 0
                previous = current
            }
        }

        self.piece.count += Count(lines: lines, words: words, bytes: index)
        self.piece.edges = beginsInWord.map {
            PieceCount.Edges(beginsInWord: $0, endsInWord: previous == word)
        }
        return index
    }
}
