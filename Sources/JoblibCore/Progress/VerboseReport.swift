// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX
import Synchronization

/// Prints the lines that `verbose` asks for, as joblib does: to the standard error below 50, to the standard output from
/// 50 on.
final class VerboseReport: Sendable {
    private let stream: StandardStream
    private let label: String

    // Under the lock lines are made, which takes no time; what was made is printed elsewhere.
    private let text: Mutex<VerboseText>

    init(rule: VerboseRule, backend: String, label: String) {
        self.stream = rule.verbosity < 50 ? .error : .output
        self.label = label
        self.text = Mutex(VerboseText(rule: rule, backend: backend))
    }

    func note(_ event: ParallelEvent) {
        self.text.withLock { text in
            for line in text.lines(for: event) { self.enqueue(line) }
        }
    }

    func noteDispatch(of count: Int, batchSize: Int) {
        self.text.withLock { text in
            for line in text.linesAfterDispatch(of: count, batchSize: batchSize) { self.enqueue(line) }
        }
    }

    private func enqueue(_ line: String) {
        Console.shared.enqueue("\(self.label): \(line)", to: self.stream)
    }
}
