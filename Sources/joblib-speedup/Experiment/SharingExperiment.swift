// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Joblib

/// The experiment with one array: all tasks add up the whole of it, on every backend, with and without sharing.
struct SharingExperiment: Experiment {
    /// How long runs are weighed at least: the peak of one that takes milliseconds may fall between two looks.
    private static let weighingTime = Duration.milliseconds(500)

    /// What is measured, and in which order.
    var plan: SharingPlan

    /// What stays the same over all measurements.
    var conditions: SharingTimes.Conditions

    /// Some are weighed, which counts as one, and others are timed: to weigh takes time.
    var runCount: Int { self.plan.steps.filter { !$0.isSkipped }.count * (1 + self.conditions.repeats) }

    var nothingYet: SharingTimes { SharingTimes(conditions: self.conditions) }

    func run(report: (ExperimentEvent<SharingMeasurement>) throws -> Void) throws {
        var numbers: [Double] = []
        for step in self.plan.steps {
            guard !step.isSkipped else {
                try report(.found(SharingMeasurement(step, .skipped(neededBytes: step.neededBytes))))
                continue
            }
            let count = step.size * SharingPlan.megabyte / MemoryLayout<Double>.stride
            if numbers.count != count {
                // Before the next one is made.
                numbers = []
                numbers = ArraySum.numbers(count: count)
            }
            try self.measure(step, numbers, report: report)
        }
    }

    private func measure(
        _ step: SharingPlan.Step,
        _ numbers: [Double],
        report: (ExperimentEvent<SharingMeasurement>) throws -> Void
    ) throws {
        let what = "\(step.size) MB, \(step.backend), \(step.sharing.rawValue)"
        let parallel = Parallel(
            nJobs: self.conditions.nJobs,
            backend: .named(step.backend),
            maxNBytes: step.sharing == .off ? .unlimited : nil
        )
        let storage: ArraySum.Storage =
            step.sharing == .sharedArray ? .shared(try SharedArray(numbers)) : .array(numbers)

        // Workers that have nothing yet, neither memory for arrays nor any that was freed; started before the first run.
        try SynchronousWait.wait { await LokyBackend.shutDownIdleWorkers() }
        try self.add(.array(ArraySum.numbers(count: 1)), tasks: self.conditions.nJobs, on: parallel)

        try report(.starting(step: "\(what), weighed"))
        let clock = ContinuousClock()
        let bytes = try MemoryWatch.growth {
            let end = clock.now + Self.weighingTime
            repeat { try self.add(storage, tasks: self.conditions.tasks, on: parallel) } while clock.now < end
        }
        var best = Double.infinity
        for repetition in 1...self.conditions.repeats {
            try report(.starting(step: "\(what), run \(repetition) of \(self.conditions.repeats)"))
            let start = clock.now
            try self.add(storage, tasks: self.conditions.tasks, on: parallel)
            best = min(best, (clock.now - start) / .seconds(1))
            try report(.found(SharingMeasurement(step, .measured(seconds: best, grownBytes: bytes))))
        }
    }

    /// Has all tasks add up an array, and looks at the sums.
    private func add(_ storage: ArraySum.Storage, tasks: Int, on parallel: Parallel) throws {
        let count =
            switch storage {
            case .array(let numbers): numbers.count
            case .shared(let numbers): numbers.count
            }
        let expected = ArraySum.expectedSum(count: count)
        let sums = try parallel(Array(repeating: Delayed(ArraySum(numbers: storage)), count: tasks))
        for (index, sum) in sums.enumerated() where sum != expected {
            throw WrongResult(task: index, sum: sum, expected: expected)
        }
    }
}

extension SharingMeasurement {
    fileprivate init(_ step: SharingPlan.Step, _ outcome: Outcome) {
        self.init(size: step.size, backend: step.backend, sharing: step.sharing, outcome: outcome)
    }
}
