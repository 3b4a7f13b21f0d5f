// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// What a character means for the counting of words.
enum CharacterClass: UInt8, Codable, Sendable {
    /// Begins a word, or continues it.
    case word

    /// Ends a word.
    case space

    /// Does neither: `wc` takes no notice of a character that it cannot print.
    case ignored

    /// A byte that is only a part of a character, which must be decoded to know.
    case partial
}
