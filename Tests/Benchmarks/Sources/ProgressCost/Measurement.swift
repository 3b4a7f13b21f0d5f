// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Contenders that do the same work, timed by turns in one process.
struct Measurement {
    struct Contender {
        let name: String
        let run: () throws -> Void
    }

    struct Row {
        let name: String
        let minimum: Double
        let median: Double
    }

    let title: String

    /// How many units of work one run does; figures are given for one.
    let units: Int

    let contenders: [Contender]

    /// Runs every contender once for warming up and then by turns, so that a neighbour's noise meets all of them.
    func rows(rounds: Int) throws -> [Row] {
        for contender in self.contenders { try contender.run() }
        var times = [[Double]](repeating: [], count: self.contenders.count)
        for _ in 0..<rounds {
            for (index, contender) in self.contenders.enumerated() {
                let duration = try ContinuousClock().measure { try contender.run() }
                let (seconds, attoseconds) = duration.components
                times[index].append((Double(seconds) * 1e9 + Double(attoseconds) / 1e9) / Double(self.units))
            }
        }
        return zip(self.contenders, times)
            .map { contender, times in
                let sorted = times.sorted()
                return Row(name: contender.name, minimum: sorted[0], median: sorted[sorted.count / 2])
            }
    }

    /// Prints a row for each contender: nanoseconds for one unit, and the ratio of the medians to the last one's.
    func report(rounds: Int = 11) throws {
        let rows = try self.rows(rounds: rounds)
        print("\n| \(self.title) | minimum | median | ratio |\n|---|---|---|---|")
        for row in rows {
            let ratio = row.median / rows[rows.count - 1].median
            print("| \(row.name) | \(Self.text(row.minimum)) | \(Self.text(row.median)) | \(Self.text(ratio)) |")
        }
    }

    private static func text(_ value: Double) -> String {
        let scaled = Int((value * 100).rounded())
        let hundredths = String(scaled % 100)
        return "\(scaled / 100).\(hundredths.count == 1 ? "0" : "")\(hundredths)"
    }
}
