// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// The classes of all characters in one locale, by the rules of GNU `wc`.
///
/// In a locale with UTF-8, white space is that of Unicode, no-break spaces among it; in any other, a byte is a
/// character, and in the C locale the bytes from 128 on are not printable.
///
/// There are two rules for what is not printable, control characters and bytes that are no UTF-8 among them. GNU `wc`
/// ignored it up to version 9.3: it neither begins nor ends a word. Later versions and the `wc` of BSD, and with it
/// POSIX, make it a part of a word like anything that is not white space.
package struct CharacterTable: Codable, Sendable {
    /// The class of what is not printable.
    let unprintable: CharacterClass

    /// Whether a character may have more than one byte.
    let isUTF8: Bool

    /// The class of each byte, as raw values: the inner loop of the program looks here.
    let classOfByte: [UInt8]

    /// Creates the table for a locale.
    ///
    /// - Parameters:
    ///   - locale: The locale of the text.
    ///   - countsUnprintable: Whether what is not printable is a part of words.
    package init(_ locale: CharacterLocale, countsUnprintable: Bool = false) {
        let unprintable = countsUnprintable ? CharacterClass.word : .ignored
        self.unprintable = unprintable
        self.isUTF8 = locale.isUTF8
        self.classOfByte = (UInt8.min...UInt8.max)
            .map { byte in
                let character: CharacterClass =
                    if locale.isUTF8 && byte >= 0x80 {
                        .partial
                    } else if locale.isSpace(byte) {
                        .space
                    } else {
                        locale.isPrintable(byte) ? .word : unprintable
                    }
                return character.rawValue
            }
    }

    /// Returns the class of a character beyond ASCII.
    func classify(_ character: Unicode.Scalar) -> CharacterClass {
        switch character.properties.generalCategory {
        case .spaceSeparator: .space
        // In the C library these are white space and not printable, and `wc` used to ask for the glyph first.
        case .lineSeparator, .paragraphSeparator: self.unprintable == .word ? .space : .ignored
        case .control, .unassigned, .surrogate: self.unprintable
        // WORD JOINER, which `wc` regards as a space that does not break.
        case .format where character == "\u{2060}": .space
        default: .word
        }
    }
}
