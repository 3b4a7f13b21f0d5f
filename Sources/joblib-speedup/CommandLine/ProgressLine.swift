// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// The line of progress: redrawn in place on a terminal, a plain line now and then elsewhere.
///
/// It decides what to write and writes nothing itself.
struct ProgressLine {
    /// The shortest time between two plain lines, which keeps a log of the run short.
    private static let plainInterval = Duration.seconds(2)

    /// Moves to the first column and clears the line.
    private static let rewind = "\r\u{1B}[K"

    private let total: Int
    private let isTerminal: Bool
    private var started = 0
    private var lastPlainLine: Duration?

    /// Creates the progress of a known number of steps.
    init(total: Int, isTerminal: Bool) {
        self.total = total
        self.isTerminal = isTerminal
    }

    /// Returns what to write when a step starts; nothing if a plain line was written just before.
    mutating func start(_ step: String, elapsed: Duration) -> String {
        self.started += 1
        let number = padded("\(self.started)", width: "\(self.total)".count)
        let line = "[\(number)/\(self.total)] \(step), \(Self.seconds(elapsed))"
        if self.isTerminal { return Self.rewind + line }
        if let lastPlainLine, elapsed - lastPlainLine < Self.plainInterval { return "" }
        self.lastPlainLine = elapsed
        return line + "\n"
    }

    /// Returns what to write at the end.
    mutating func finish(elapsed: Duration, isInterrupted: Bool) -> String {
        // The step under way when the user interrupted was not finished.
        let done = isInterrupted ? max(0, self.started - 1) : self.started
        let what = isInterrupted ? "interrupted: \(done) of \(self.total) runs done" : "\(counted(done, "run")) done"
        return (self.isTerminal ? Self.rewind : "") + "\(what) in \(Self.seconds(elapsed))\n"
    }

    private static func seconds(_ duration: Duration) -> String {
        fixed(duration / .seconds(1), decimals: 1) + " s"
    }
}
