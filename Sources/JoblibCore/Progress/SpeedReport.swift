// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Why a call took as long as it did, made of its events.
struct SpeedReport: Sendable {
    /// A task that took much longer than the others.
    private struct Straggler: Sendable {
        let index: Int
        let seconds: Double
    }

    /// How many stragglers are named.
    private static let named = 3

    /// How many times the mean a task has to take to be one, and what share of the call.
    private static let factor = 2.0
    private static let share = 0.05

    private var busy = 0.0
    private var attempts = 0
    private var longest: [Straggler] = []
    private var smallestBatch = Int.max
    private var largestBatch = 0

    mutating func noteBatch(of size: Int) {
        self.smallestBatch = min(self.smallestBatch, size)
        self.largestBatch = max(self.largestBatch, size)
    }

    mutating func note(_ event: ParallelEvent) {
        guard let duration = event.duration, let index = event.index else { return }
        let seconds = duration.inSeconds
        self.busy += seconds
        self.attempts += 1
        guard self.longest.count < Self.named || seconds > self.longest[self.longest.count - 1].seconds else { return }
        let place = self.longest.firstIndex { $0.seconds < seconds } ?? self.longest.count
        self.longest.insert(Straggler(index: index, seconds: seconds), at: place)
        if self.longest.count > Self.named { self.longest.removeLast() }
    }

    /// Makes the line.
    ///
    /// - Parameters:
    ///   - elapsed: How long the call took.
    ///   - workers: How many tasks could run at once.
    ///   - input: How long the workers have waited for input, all together.
    ///   - encoding: How long tasks and results were encoded and decoded.
    /// - Returns: The line, without an end.
    func text(elapsed: Duration, workers: Int, input: Duration, encoding: Duration) -> String {
        let available = elapsed.inSeconds * Double(workers)
        let share = { (seconds: Double) in
            available > 0 ? String(min(seconds / available * 100, 100), decimals: 0) + "%" : "0%"
        }
        return "Workers: \(share(self.busy)) busy, \(share(input.inSeconds)) waiting for input, "
            + "\(share(encoding.inSeconds)) encoding | stragglers: \(self.stragglers(in: elapsed)) | batch size: \(self.batchSizes)"
    }

    private func stragglers(in elapsed: Duration) -> String {
        guard self.attempts > 0 else { return "none" }
        let mean = self.busy / Double(self.attempts)
        let limit = max(Self.factor * mean, Self.share * elapsed.inSeconds)
        let stragglers = self.longest.filter { $0.seconds > limit }
            .map { "task \($0.index) (\(Self.time($0.seconds)))" }
        return stragglers.isEmpty ? "none" : stragglers.joined(separator: ", ")
    }

    private static func time(_ seconds: Double) -> String {
        seconds < 1 ? String(seconds * 1000, decimals: 1) + "ms" : String(seconds, decimals: 1) + "s"
    }

    private var batchSizes: String {
        if self.largestBatch == 0 { return "1" }
        return self.smallestBatch == self.largestBatch
            ? "\(self.largestBatch)" : "\(self.smallestBatch) to \(self.largestBatch)"
    }
}
