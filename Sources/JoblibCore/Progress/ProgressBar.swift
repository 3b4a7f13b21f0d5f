// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX
import Synchronization

/// One call as the console shows it: looked at from time to time, and told of nothing.
final class ProgressBar: Sendable {
    /// How it is shown.
    enum Mode: Sendable {
        /// Drawn over again in its place.
        case redrawn

        /// As one line after the other.
        case lines
    }

    /// How long after a plain line the next one comes, in nanoseconds.
    static let lineInterval: UInt64 = 10_000_000_000

    let mode: Mode

    private let tally: CallTally
    private let workers: Int
    private let label: String
    private let start = MonotonicClock.now

    private struct State {
        var rate: ProgressRate
        var lastLine: UInt64
    }

    private let state: Mutex<State>

    init(_ mode: Mode, _ tally: CallTally, workers: Int, label: String) {
        self.mode = mode
        self.tally = tally
        self.workers = workers
        self.label = label
        self.state = Mutex(State(rate: ProgressRate(workers: workers), lastLine: self.start))
    }

    /// Returns the line for a terminal of a width.
    func line(columns: Int, at now: UInt64, end: CallEnd? = nil) -> String {
        self.text(at: now, end: end).line(columns: columns)
    }

    /// Returns the plain line, if it is time for one.
    func plainLine(at now: UInt64) -> String? {
        let text = self.text(at: now, end: nil)
        let isDue = self.state.withLock { state in
            guard now - min(state.lastLine, now) >= Self.lineInterval else { return false }
            state.lastLine = now
            return true
        }
        return isDue ? "\(self.label): \(text.plainLine)" : nil
    }

    /// Returns the plain line at the end.
    func lastLine(at now: UInt64, _ end: CallEnd) -> String {
        "\(self.label): \(self.text(at: now, end: end).plainLine)"
    }

    /// Whether the call has taken so long that it had a plain line before.
    func isLong(at now: UInt64) -> Bool { now - min(self.start, now) >= Self.lineInterval }

    private func text(at now: UInt64, end: CallEnd?) -> ProgressText {
        let ended = self.tally.ended
        let elapsed = Double(now - min(self.start, now)) * 1e-9
        let rate = self.state.withLock { state in
            state.rate.note(ended, at: elapsed)
            return state.rate
        }
        let total = self.tally.taskCount
        return ProgressText(
            ended: ended,
            total: total,
            failed: self.tally.failed.load(ordering: .relaxed),
            retried: self.tally.retried.load(ordering: .relaxed),
            workers: self.workers,
            elapsed: elapsed,
            rate: end == nil ? rate.perSecond : Double(ended) / max(elapsed, 1e-9),
            left: total.flatMap { rate.secondsLeft(for: max($0 - ended, 0), at: elapsed) },
            end: end
        )
    }
}

extension ProgressBar.Mode {
    /// Decides how a bar is shown: as lines where nobody watches a terminal that can draw.
    ///
    /// - Parameters:
    ///   - isTerminal: Whether the standard error is one.
    ///   - variable: The value of an environment variable. `CI` and `TERM` as most programs read them, `NO_COLOR` as
    ///     https://no-color.org says.
    /// - Returns: How.
    static func ofBar(isTerminal: Bool, _ variable: (String) -> String?) -> Self {
        guard isTerminal, variable("TERM") != "dumb", (variable("NO_COLOR") ?? "").isEmpty else { return .lines }
        return ["", "0", "false"].contains(variable("CI") ?? "") ? .redrawn : .lines
    }
}
