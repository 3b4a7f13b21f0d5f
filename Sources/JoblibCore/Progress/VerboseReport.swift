// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX
import Synchronization

/// Prints the lines that `verbose` asks for, as joblib does: to the standard error below 50, to the standard output from
/// 50 on.
final class VerboseReport: Sendable {
    private let stream: StandardStream
    private let label: String

    /// How long the line of a task may wait for what decides about it, in nanoseconds.
    private static let patience: UInt64 = 500_000_000

    private struct State {
        var text: VerboseText
        var isWatched = false
    }

    // Under the lock lines are made, which takes no time; what was made is printed elsewhere.
    private let state: Mutex<State>

    init(rule: VerboseRule, backend: String, label: String) {
        self.stream = rule.verbosity < 50 ? .error : .output
        self.label = label
        self.state = Mutex(State(text: VerboseText(rule: rule, backend: backend)))
    }

    func note(_ event: ParallelEvent) {
        let mustWatch = self.state.withLock { state in
            self.enqueue(state.text.lines(for: event, at: MonotonicClock.now))
            guard state.text.undecidedSince != nil, !state.isWatched else { return false }
            state.isWatched = true
            return true
        }
        // Where there is no thread to watch, the line comes with a later one.
        if mustWatch { try? Watchdog.shared.watch(self) }
    }

    func noteDispatch(of count: Int, batchSize: Int) {
        self.state.withLock { self.enqueue($0.text.linesAfterDispatch(of: count, batchSize: batchSize)) }
    }

    private func enqueue(_ lines: [String]) {
        for line in lines { Console.shared.enqueue("\(self.label): \(line)", to: self.stream) }
    }
}

extension VerboseReport: Watched {
    /// Prints lines about which could not be decided for long.
    func look(at now: UInt64) -> UInt64? {
        self.state.withLock { state in
            self.enqueue(state.text.decide(since: now - min(Self.patience, now)))
            state.isWatched = state.text.undecidedSince != nil
            return state.text.undecidedSince.map { $0 + Self.patience }
        }
    }
}
