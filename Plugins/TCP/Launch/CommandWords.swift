// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibCore

/// Words of a command as a shell reads and writes them; nothing is looked up, filled in, or run.
enum CommandWords {
    /// The characters that a word may have without quotation marks.
    private static let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=@%+,")

    /// Splits a command line at spaces, tabs and line breaks, by the rules of the shell for `'…'`, `"…"` and `\`.
    ///
    /// What else means something to a shell is taken as it is: variables, patterns, pipes, and comments.
    ///
    /// - Parameter line: The command line.
    /// - Returns: Its words.
    /// - Throws: `ParallelError` `.invalidArgument` for a quotation mark without its other half.
    static func split(_ line: String) throws(ParallelError) -> [String] {
        var words: [String] = []
        var word: String?
        var quote: Character?
        var rest = line[...]
        while let character = rest.popFirst() {
            switch (character, quote) {
            case ("\\", nil), ("\\", "\""):
                guard let next = rest.popFirst() else {
                    throw ParallelError(
                        .invalidArgument,
                        "'\(line)' ends with a backslash; write \\\\ for one, or leave it out"
                    )
                }
                // Within double quotes only what means something there can be quoted.
                if quote == "\"", !["\"", "\\", "$", "`"].contains(next) { word = (word ?? "") + "\\" }
                word = (word ?? "") + String(next)
            case (let mark, let open?) where mark == open: quote = nil
            case ("'", nil), ("\"", nil):
                quote = character
                word = word ?? ""
            case (let space, nil) where space.isWhitespace:
                if let done = word { words.append(done) }
                word = nil
            default: word = (word ?? "") + String(character)
            }
        }
        guard quote == nil else {
            throw ParallelError(.invalidArgument, "'\(line)' has a quotation mark \(quote!) without its other half")
        }
        return words + (word.map { [$0] } ?? [])
    }

    /// Writes a word so that a shell reads it as one, and as it is.
    static func quoted(_ word: String) -> String {
        if !word.isEmpty, word.allSatisfy({ self.plain.contains($0) }) { return word }
        return "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}

#endif
