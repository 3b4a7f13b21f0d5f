// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Cuts what a child writes into whole lines, each with the task that has printed it where the child says so.
struct LineRelay {
    /// A line without end is told in pieces of this size.
    private static let longestLine = 1 << 20
    private static let tailSize = 4096

    private var marks = OutputMarkReader()
    private var pending: [UInt8] = []
    private var lines: [UInt8] = []
    private var tag: [UInt8] = []

    /// The last of what was written.
    private var last: [UInt8] = []

    mutating func add(_ bytes: ArraySlice<UInt8>) {
        for piece in self.marks.read(bytes) {
            switch piece {
            case .text(let text): self.addText(text)
            case .mark(let task):
                // What the one before has not ended is no part of this one's line.
                self.endLine()
                self.tag = task.map { Array("[task \($0)] ".utf8) } ?? []
            }
        }
    }

    private mutating func addText(_ bytes: ArraySlice<UInt8>) {
        self.last = Array((self.last + bytes).suffix(Self.tailSize))
        self.pending += bytes
        if let newline = self.pending.lastIndex(of: UInt8(ascii: "\n")) {
            self.addLines(self.pending[...newline])
            self.pending.removeFirst(newline + 1)
        }
        if self.pending.count > Self.longestLine {
            self.addLines(self.pending[...])
            self.pending = []
        }
    }

    private mutating func addLines(_ bytes: ArraySlice<UInt8>) {
        guard !self.tag.isEmpty else {
            self.lines += bytes
            return
        }
        var rest = bytes
        while !rest.isEmpty {
            let end = rest.firstIndex(of: UInt8(ascii: "\n")) ?? rest.endIndex - 1
            self.lines += self.tag + rest[...end]
            rest = rest[(end + 1)...]
        }
    }

    /// Completes the last line, as there comes no more.
    mutating func end() {
        // Most often there is none. At the end of a forked child nothing may be done for the first time: another may be forked meanwhile.
        if !self.marks.isEmpty { self.addText(self.marks.takeRest()[...]) }
        self.endLine()
    }

    private mutating func endLine() {
        guard !self.pending.isEmpty else { return }
        self.addLines(self.pending + [UInt8(ascii: "\n")])
        self.pending = []
    }

    mutating func takeLines() -> [UInt8]? {
        guard !self.lines.isEmpty else { return nil }
        defer { self.lines = [] }
        return self.lines
    }

    /// The last of what was written, as text.
    var tail: String { String(decoding: self.last, as: UTF8.self) }
}
