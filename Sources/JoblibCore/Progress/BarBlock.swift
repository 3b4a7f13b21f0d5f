// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// The lines at the bottom of a terminal that are drawn over again, without an end of line after the last.
///
/// What is returned is to be written as a whole. Control sequences are those of ECMA-48 that every terminal knows: cursor up
/// (CUU), erase to the end of the line (EL) and of the screen (ED).
struct BarBlock: Sendable {
    private static let eraseToEndOfLine = "\u{1B}[K"
    private static let eraseToEndOfScreen = "\u{1B}[J"

    // In raw mode a terminal needs both.
    private static let endOfLine = "\r\n"

    private(set) var lines: [String] = []

    /// Replaces the lines by others.
    ///
    /// - Parameters:
    ///   - lines: Those to be there afterwards, each shorter than the terminal is wide.
    ///   - columns: How wide the terminal is now.
    /// - Returns: What is to be written.
    mutating func redraw(_ lines: [String], columns: Int) -> String {
        var text = ""
        if self.lines.contains(where: { $0.utf8.count >= columns }) {
            // The terminal has become narrower, and what was drawn may have been broken into several lines, or cut: no one
            // can tell. It stays as it is, rather than that something above it is drawn over.
            text = Self.endOfLine
            self.lines = []
        }
        text += self.toFirstLine + lines.map { $0 + Self.eraseToEndOfLine }.joined(separator: Self.endOfLine)
        if lines.count < self.lines.count { text += Self.eraseToEndOfScreen }
        self.lines = lines
        return text
    }

    /// Returns what takes the lines away, for something else to be written in their place.
    mutating func erase() -> String {
        guard !self.lines.isEmpty else { return "" }
        let text = self.toFirstLine + Self.eraseToEndOfScreen
        self.lines = []
        return text
    }

    /// Writes lines that stay, above those that are drawn over again.
    ///
    /// - Parameters:
    ///   - printed: The lines that stay.
    ///   - lines: Those to be below them afterwards.
    ///   - columns: How wide the terminal is now.
    /// - Returns: What is to be written.
    mutating func print(_ printed: [String], above lines: [String], columns: Int) -> String {
        let text = self.erase() + printed.map { $0 + Self.endOfLine }.joined()
        return lines.isEmpty ? text : text + self.redraw(lines, columns: columns)
    }

    private var toFirstLine: String {
        guard self.lines.count > 1 else { return self.lines.isEmpty ? "" : "\r" }
        return "\r\u{1B}[\(self.lines.count - 1)A"
    }
}
