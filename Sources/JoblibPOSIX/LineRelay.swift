// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Cuts what a child writes into whole lines, each with the task that has printed it where the child says so, and leaves out what a
/// task prints too much.
struct LineRelay {
    /// A line without end is told in pieces of this size.
    private static let longestLine = 1 << 20
    private static let tailSize = 4096

    private var marks: OutputMarkReader
    private var limit = OutputLimit()
    private var frames = UnnamedFrames()

    /// Whether the runtime writes what it has to say of a trap into it.
    private let isError: Bool
    private var pending: [UInt8] = []
    private var lines: [UInt8] = []
    private var tag: [UInt8] = []

    /// The last of what was written.
    private var last: [UInt8] = []

    /// Whether the child has written marks; without, nothing is taken for one.
    var readsMarks = false

    /// Whether the child is to be asked for marks.
    private(set) var asksForMarks = false

    /// Makes one for a child that was given a number for its marks.
    ///
    /// - Parameters:
    ///   - nonce: The number.
    ///   - isError: Whether it is for the standard error.
    init(nonce: UInt64, isError: Bool = false) {
        self.isError = isError
        self.marks = OutputMarkReader(nonce: nonce)
    }

    /// Takes in what was read.
    ///
    /// - Parameters:
    ///   - bytes: The bytes.
    ///   - tasks: Of how many tasks they may be, should they bear no mark.
    mutating func add(_ bytes: ArraySlice<UInt8>, ofTasks tasks: Int = 1) {
        self.asksForMarks = false
        guard self.readsMarks else { return self.addText(bytes, ofTasks: tasks) }
        for piece in self.marks.read(bytes) {
            switch piece {
            case .text(let text): self.addText(text, ofTasks: tasks)
            case .mark(let mark):
                // What the one before has not ended is no part of this one's line.
                self.endLine()
                self.addNotice(self.limit.note(mark))
                if case .begin(let task, isShown: true) = mark {
                    self.tag = Array("[task \(task)] ".utf8)
                } else {
                    self.tag = []
                }
            }
        }
    }

    private mutating func addText(_ bytes: ArraySlice<UInt8>, ofTasks tasks: Int) {
        self.last = Array((self.last + bytes.suffix(Self.tailSize)).suffix(Self.tailSize))
        let (shown, asks) = self.limit.take(bytes.count, ofTasks: tasks)
        if asks { self.asksForMarks = true }
        if shown > 0 { self.addShownText(bytes.prefix(shown)) }
        if self.limit.isCutting { self.endLine() }
    }

    private mutating func addShownText(_ bytes: ArraySlice<UInt8>) {
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
        self.addTagged(self.isError ? self.frames.fold(bytes)[...] : bytes)
    }

    private mutating func addTagged(_ bytes: ArraySlice<UInt8>) {
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

    /// Says that something was left out.
    private mutating func addNotice(_ omission: OutputLimit.Omission?) {
        guard let omission else { return }
        let task = omission.task.map { "task \($0)" } ?? "a task"
        self.lines += Array(
            "[joblib] \(task) has printed \(omission.printed) bytes, of which the last \(omission.omitted) are left out\n"
                .utf8
        )
    }

    /// Completes the last line, as there comes no more.
    ///
    /// - Parameter task: The task that the child was at, if that is known.
    mutating func end(task: Int? = nil) {
        // Most often there is none. At the end of a forked child nothing may be done for the first time: another may be forked meanwhile.
        if !self.marks.isEmpty { self.addText(self.marks.takeRest()[...], ofTasks: 1) }
        self.endLine()
        self.addNotice(self.limit.end(task: task))
    }

    private mutating func endLine() {
        if !self.pending.isEmpty {
            self.addLines(self.pending + [UInt8(ascii: "\n")])
            self.pending = []
        }
        if self.isError { self.addTagged(self.frames.takeCount()[...]) }
    }

    mutating func takeLines() -> [UInt8]? {
        guard !self.lines.isEmpty else { return nil }
        defer { self.lines = [] }
        return self.lines
    }

    /// The last of what was written, as text.
    var tail: String { String(decoding: self.last, as: UTF8.self) }
}
