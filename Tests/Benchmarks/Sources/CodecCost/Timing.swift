// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Contenders timed by turns in one process, so that a neighbour's noise meets all of them.
struct Timing {
    struct Contender {
        let name: String

        /// How often one sample does the work; figures are given for once.
        let repetitions: Int
        let run: () throws -> Void

        init(_ name: String, repetitions: Int = 1, _ run: @escaping () throws -> Void) {
            self.name = name
            self.repetitions = repetitions
            self.run = run
        }
    }

    let rounds: Int

    /// The medians, in nanoseconds.
    func medians(_ contenders: [Contender]) throws -> [Double] {
        for contender in contenders { try contender.run() }
        var samples = [[Double]](repeating: [], count: contenders.count)
        for _ in 0..<self.rounds {
            for (index, contender) in contenders.enumerated() {
                let duration = try ContinuousClock()
                    .measure { for _ in 0..<contender.repetitions { try contender.run() } }
                samples[index].append(duration / .nanoseconds(1) / Double(contender.repetitions))
            }
        }
        return samples.map { $0.sorted()[$0.count / 2] }
    }
}

/// Keeps the compiler from leaving out what makes a value.
@inline(never)
func keep<T>(_ value: borrowing T) {}
