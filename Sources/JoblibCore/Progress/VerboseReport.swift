// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX
import Synchronization

/// Prints the lines that `verbose` asks for, as joblib does: to the standard error below 50, to the standard output from
/// 50 on.
final class VerboseReport: Sendable {
    private let stream: StandardStream
    private let label: String

    // Used by the console's printing thread alone, which takes one event after the other.
    private let text: Mutex<VerboseText>

    init(rule: VerboseRule, backend: String, label: String) {
        self.stream = rule.verbosity < 50 ? .error : .output
        self.label = label
        self.text = Mutex(VerboseText(rule: rule, backend: backend))
    }

    func add(_ events: some Collection<ParallelEvent>) {
        let jobs = events.lazy.filter { Self.kinds.contains($0.kind) }
            .map { event in { @Sendable in self.print(event) } }
        Console.shared.enqueue(jobs)
    }

    private static let kinds: Set<ParallelEvent.Kind> = [.started, .dispatched, .finished, .failed, .retried, .done]

    private func print(_ event: ParallelEvent) {
        for line in self.text.withLock({ $0.lines(for: event) }) {
            Console.shared.print("\(self.label): \(line)", to: self.stream)
        }
    }
}
