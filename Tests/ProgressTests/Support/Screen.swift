// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// What a terminal shows after a text was written to it: the sequences that the console uses, and no others.
struct Screen {
    private(set) var rows: [[Character]] = [[]]

    /// What was written that this screen does not know, or that went beyond its width.
    private(set) var mishaps: [String] = []

    private var (row, column) = (0, 0)
    private let columns: Int

    init(columns: Int, _ text: String) {
        self.columns = columns
        var scalars = text.unicodeScalars.makeIterator()
        while let scalar = scalars.next() {
            switch scalar {
            case "\r": self.column = 0
            case "\n": self.lineFeed()
            case "\u{1B}": self.control(&scalars)
            default: self.put(Character(scalar))
            }
        }
    }

    /// The rows that hold something.
    var lines: [String] { self.rows.map { String($0) }.filter { !$0.isEmpty } }

    /// Whether the cursor is at the beginning of an empty row, where the next text belongs.
    var isAtLineStart: Bool { self.column == 0 && self.rows[self.row].isEmpty }

    private mutating func lineFeed() {
        self.row += 1
        if self.row == self.rows.count { self.rows.append([]) }
        // As the terminal driver has it: ONLCR.
        self.column = 0
    }

    private mutating func put(_ character: Character) {
        if self.column >= self.columns { self.mishaps.append("a row of more than \(self.columns)") }
        while self.rows[self.row].count < self.column { self.rows[self.row].append(" ") }
        if self.column < self.rows[self.row].count {
            self.rows[self.row][self.column] = character
        } else {
            self.rows[self.row].append(character)
        }
        self.column += 1
    }

    private mutating func control(_ scalars: inout String.UnicodeScalarView.Iterator) {
        guard scalars.next() == "[" else { return self.mishaps.append("an escape that is no control sequence") }
        var parameter = ""
        while let scalar = scalars.next() {
            switch scalar {
            case "0"..."9": parameter.unicodeScalars.append(scalar)
            case "A":
                self.row = max(self.row - (Int(parameter) ?? 1), 0)
                return
            case "K", "J":
                self.rows[self.row].removeLast(max(self.rows[self.row].count - self.column, 0))
                if scalar == "J" { self.rows.removeLast(self.rows.count - self.row - 1) }
                return
            default:
                return self.mishaps.append("control sequence \(scalar)")
            }
        }
    }
}
