// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Whether it costs more to hand a batch to one of many hosts, and to take in what it says, than to one of few.
package struct ScaleMeasurement: CustomStringConvertible {
    /// What came of one number of workers: nanoseconds of CPU time for each task, one for each run.
    package struct Row {
        package let workers: Int
        package private(set) var samples: [Double] = []

        package var median: Double {
            let sorted = self.samples.sorted()
            let middle = sorted.count / 2
            return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
        }

        init(workers: Int) { self.workers = workers }

        mutating func add(_ sample: Double) { self.samples.append(sample) }
    }

    private let rounds: Int
    package private(set) var rows: [Row]

    /// Measures, by turns so that a neighbour's noise meets all sizes, after a run of each that does not count.
    ///
    /// - Parameters:
    ///   - sizes: Numbers of workers, each from 1.
    ///   - rounds: How many tasks each worker does, from 1: the same for all sizes, so that beginnings and ends weigh as much.
    ///   - repetitions: How many runs of each size count, from 1.
    package init(_ sizes: [Int], rounds: Int = 50, repetitions: Int = 9) {
        self.rounds = rounds
        self.rows = sizes.map { Row(workers: $0) }
        let schedules = sizes.map { ScaleSchedule(workers: $0, rounds: rounds) }
        for repetition in 0...repetitions {
            for (index, schedule) in schedules.enumerated() {
                let (nanoseconds, finishedCount) = schedule.replay()
                precondition(finishedCount == schedule.taskCount, "\(finishedCount) of \(schedule.taskCount) tasks")
                if repetition > 0 { self.rows[index].add(nanoseconds) }
            }
        }
    }

    /// How many times as much a task costs with the last number of workers as with the first.
    package var growth: Double {
        guard let first = self.rows.first, let last = self.rows.last else { return 1 }
        return last.median / first.median
    }

    package var description: String {
        self.rows
            .map { row in
                let samples = row.samples.map { Int($0.rounded()) }
                var line =
                    "\(row.workers) workers: \(Int(row.median.rounded())) ns of CPU time per task, the median of \(samples.count) runs"
                line += " of \(self.rounds) tasks per worker (\(samples.min() ?? 0) to \(samples.max() ?? 0))"
                guard let first = self.rows.first, first.workers != row.workers else { return line }
                let hundredths = Int((100 * row.median / first.median).rounded())
                return line + "; \(Double(hundredths) / 100) times as much as with \(first.workers)"
            }
            .joined(separator: "\n")
    }
}
