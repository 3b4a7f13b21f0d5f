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
        var rate = ProgressRate()
        var lastLine: UInt64
    }

    private let state: Mutex<State>

    init(_ mode: Mode, _ tally: CallTally, workers: Int, label: String) {
        self.mode = mode
        self.tally = tally
        self.workers = workers
        self.label = label
        self.state = Mutex(State(lastLine: self.start))
    }

    /// Returns the line for a terminal of a width.
    func line(columns: Int, at now: UInt64, end: CallEnd? = nil) -> String {
        self.text(at: now, end: end).line(columns: columns)
    }

    /// Returns the plain line, if it is time for one.
    func plainLine(at now: UInt64, end: CallEnd? = nil) -> String? {
        let text = self.text(at: now, end: end)
        let isDue = self.state.withLock { state in
            guard end != nil || now - min(state.lastLine, now) >= Self.lineInterval else { return false }
            state.lastLine = now
            return true
        }
        return isDue ? "\(self.label): \(text.plainLine)" : nil
    }

    private func text(at now: UInt64, end: CallEnd?) -> ProgressText {
        let ended = self.tally.ended
        let elapsed = Double(now - min(self.start, now)) * 1e-9
        let rate = self.state.withLock { state in
            state.rate.note(ended, at: elapsed)
            return state.rate.perSecond
        }
        return ProgressText(
            ended: ended,
            total: self.tally.taskCount,
            failed: self.tally.failed.load(ordering: .relaxed),
            retried: self.tally.retried.load(ordering: .relaxed),
            workers: self.workers,
            elapsed: elapsed,
            rate: end == nil ? rate : Double(ended) / max(elapsed, 1e-9),
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
