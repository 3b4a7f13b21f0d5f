// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// One line of comma-separated values, quoted as in RFC 4180.
///
/// A field never contains a line break: no value of this program has one.
enum CSVRow {
    /// A line whose quotes do not match.
    struct QuoteError: Error, CustomStringConvertible {
        var description: String { "a quote is not closed, or stands inside a field" }
    }

    /// Returns the fields of a line, without their quotes and the spaces around them.
    ///
    /// - Throws: ``QuoteError`` if the quotes do not match.
    static func fields(of line: some StringProtocol) throws(QuoteError) -> [String] {
        var fields: [String] = []
        var rest = Substring(line)
        repeat {
            Self.skipPadding(&rest)
            fields.append(rest.first == "\"" ? try Self.quotedField(&rest) : try Self.bareField(&rest))
            Self.skipPadding(&rest)
            guard rest.first == "," || rest.isEmpty else { throw QuoteError() }
        } while rest.popFirst() != nil
        return fields
    }

    /// Returns a field in quotes if it needs them.
    static func quoted(_ field: String) -> String {
        guard field.contains(where: { $0 == "," || $0 == "\"" || Self.isPadding($0) }) else { return field }
        return "\"" + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }

    private static func quotedField(_ rest: inout Substring) throws(QuoteError) -> String {
        rest.removeFirst()
        var field = ""
        while true {
            let part = rest.prefix { $0 != "\"" }
            field += part
            rest = rest[part.endIndex...]
            guard rest.popFirst() != nil else { throw QuoteError() }
            // Two quotes in a quoted field stand for one.
            guard rest.first == "\"" else { return field }
            field.append(rest.removeFirst())
        }
    }

    private static func bareField(_ rest: inout Substring) throws(QuoteError) -> String {
        var field = rest.prefix { $0 != "," }
        rest = rest[field.endIndex...]
        guard !field.contains("\"") else { throw QuoteError() }
        while let last = field.last, Self.isPadding(last) { field.removeLast() }
        return String(field)
    }

    private static func skipPadding(_ rest: inout Substring) {
        while let first = rest.first, Self.isPadding(first) { rest.removeFirst() }
    }

    /// Returns whether a character is a space, or the byte order mark with which some spreadsheets begin a file.
    private static func isPadding(_ character: Character) -> Bool {
        character.isWhitespace || character == "\u{FEFF}"
    }
}
