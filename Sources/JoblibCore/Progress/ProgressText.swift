// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// How far a call is, as one line of text.
struct ProgressText: Sendable {
    let ended: Int

    /// `nil` while it is not known.
    let total: Int?

    let failed: Int
    let retried: Int
    let workers: Int

    /// Seconds since the beginning.
    let elapsed: Double

    /// Tasks in a second.
    let rate: Double

    /// Seconds until the end; `nil` while nothing is known.
    let left: Double?

    /// How the call ended; `nil` while it runs.
    let end: CallEnd?

    /// The narrowest and the widest bar, brackets included.
    private static let barWidths = 10...42

    /// Returns the line for a terminal of a width: one that is shorter, with what matters most.
    func line(columns: Int) -> String {
        let limit = max(columns - 1, 1)
        let parts: [(text: String, rank: Int)] = [
            (self.count, self.total == nil ? 0 : 1),
            (self.percentage, 0),
            (self.rateText, 5),
            (self.timeText, 2),
            (self.workersText, 6),
            (self.failedText, 3),
            (self.retriedText, 4),
        ]
        .filter { !$0.text.isEmpty }
        var shown: Set<Int> = []
        var width = 0
        for position in parts.indices.sorted(by: { parts[$0].rank < parts[$1].rank }) {
            let needed = parts[position].text.utf8.count + (shown.isEmpty ? 0 : 1)
            // Once something has no room, nothing that matters less is shown in its place.
            guard width + needed <= limit else { break }
            shown.insert(position)
            width += needed
        }
        guard !shown.isEmpty else { return String(parts[0].text.prefix(limit)) }
        var texts = parts.indices.filter(shown.contains).map { parts[$0].text }
        let room = min(limit - width - 1, Self.barWidths.upperBound)
        if let total = self.total, total > 0, shown.count == parts.count, room >= Self.barWidths.lowerBound {
            texts.insert(self.bar(of: total, width: room), at: 2)
        }
        return texts.joined(separator: " ")
    }

    /// Returns the line for where lines follow each other.
    var plainLine: String {
        [self.count + (self.total == nil ? "" : " " + self.percentage), self.rateText, self.timeText, self.workersText]
            .appending(self.failedText, self.retriedText)
            .joined(separator: " | ")
    }

    private var count: String {
        self.total.map { "\(self.ended)/\($0)" } ?? "\(self.ended) \(self.ended == 1 ? "task" : "tasks")"
    }

    // Rounded down: what has not ended is not 100%.
    private var percentage: String {
        guard let total = self.total else { return "" }
        return "\(total > 0 ? Int(Double(min(self.ended, total)) / Double(total) * 100) : 100)%"
    }

    private func bar(of total: Int, width: Int) -> String {
        let filled = Int(Double(width - 2) * Double(min(self.ended, total)) / Double(total))
        return "[" + String(repeating: "#", count: filled) + String(repeating: ".", count: width - 2 - filled) + "]"
    }

    private var rateText: String {
        switch self.rate {
        case ..<0.000_001: "0/s"
        case ..<0.1: "\(String(1 / self.rate, decimals: 1))s/task"
        case ..<10: "\(String(self.rate, decimals: 1))/s"
        case ..<1000: "\(String(self.rate, decimals: 0))/s"
        case ..<1_000_000: "\(String(self.rate / 1000, decimals: 1))k/s"
        default: "\(String(self.rate / 1_000_000, decimals: 1))M/s"
        }
    }

    private var timeText: String {
        switch self.end {
        case nil:
            return self.left.map { "ETA " + Self.time($0) } ?? Self.time(self.elapsed)
        case .completed?: return "in " + Self.time(self.elapsed)
        case let end?: return "\(end) after " + Self.time(self.elapsed)
        }
    }

    private var workersText: String { "\(self.workers) \(self.workers == 1 ? "worker" : "workers")" }
    private var failedText: String { self.failed > 0 ? "\(self.failed) failed" : "" }
    private var retriedText: String { self.retried > 0 ? "\(self.retried) retried" : "" }

    /// A time as hours, minutes and seconds, and below ten seconds with a decimal.
    private static func time(_ seconds: Double) -> String {
        if seconds < 9.95 { return String(seconds, decimals: 1) + "s" }
        // 100 hours are as good as any longer time.
        let whole = Int(min(seconds.rounded(), 359_999))
        let twoDigits = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
        let (minutes, rest) = (whole / 60, twoDigits(whole % 60))
        return minutes < 60 ? "\(minutes):\(rest)" : "\(minutes / 60):\(twoDigits(minutes % 60)):\(rest)"
    }
}

extension [String] {
    fileprivate func appending(_ others: String...) -> [String] { self + others.filter { !$0.isEmpty } }
}
