// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Joblib

/// The experiment of the notebook: convolve two random arrays in several equal tasks, for every size and `nJobs`.
struct ConvolutionExperiment: Experiment {
    /// The sizes of the arrays, in the order in which they are measured.
    var sizes: [Int]

    /// The values of `nJobs`, in the order in which they are measured for each size.
    var jobs: [Int]

    /// What stays the same over all measurements.
    var conditions: Times.Conditions

    var runCount: Int { self.sizes.count * self.jobs.count * self.conditions.repeats }

    var nothingYet: Times { Times(conditions: self.conditions) }

    func run(report: (ExperimentEvent<Measurement>) throws -> Void) throws {
        for size in self.sizes {
            var generator = SplitMix64(seed: UInt64(size))
            let convolution = Convolution(generator.array(count: size), generator.array(count: size))
            for nJobs in self.jobs {
                let parallel = Parallel(nJobs: nJobs, backend: .named(self.conditions.backend))
                // The first loop of a backend may start threads; that is not what is timed.
                try self.warmUp(parallel, nJobs: nJobs)

                var best = Double.infinity
                for repetition in 1...self.conditions.repeats {
                    let run = "run \(repetition) of \(self.conditions.repeats)"
                    try report(.starting(step: "size \(size), nJobs \(nJobs), \(run)"))
                    best = min(best, try self.time(convolution, on: parallel))
                    try report(.found(Measurement(size: size, nJobs: nJobs, seconds: best)))
                }
            }
        }
    }

    /// Returns the seconds that all tasks take together.
    private func time(_ convolution: Convolution, on parallel: Parallel) throws -> Double {
        let expected = convolution.expectedSum
        let task = Delayed(ConvolutionSum(convolution: convolution))
        let tasks = Array(repeating: task, count: self.conditions.tasks)
        let clock = ContinuousClock()
        let start = clock.now
        let sums = try parallel(tasks)
        let elapsed = clock.now - start
        for (index, sum) in sums.enumerated() where abs(sum - expected) > 1e-9 * expected {
            throw WrongResult(task: index, sum: sum, expected: expected)
        }
        return elapsed / .seconds(1)
    }

    private func warmUp(_ parallel: Parallel, nJobs: Int) throws {
        let small = Convolution([1, 2], [3, 4])
        _ = try parallel(Array(repeating: Delayed(ConvolutionSum(convolution: small)), count: nJobs))
    }
}

/// The task, for workers of any kind: a sum stands for the result, so that memory does not grow with the number of tasks.
struct ConvolutionSum: PortableTask {
    var convolution: Convolution

    func run() throws -> Double {
        try self.convolution(isCancelled: { TaskContext.current?.isCancelled ?? false }).reduce(0, +)
    }
}
