// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Joblib

/// What the program runs: measurements, one after another, each of which is worth something without those that follow.
protocol Experiment {
    associatedtype Results: Findings

    /// The number of runs in the whole experiment.
    var runCount: Int { get }

    /// What is known before the first run.
    var nothingYet: Results { get }

    /// Runs the experiment.
    ///
    /// - Parameter report: Receives each event as it happens, so that an interruption loses nothing that was measured.
    /// - Throws: What a loop throws, see ``isInterruption(_:)``; ``WrongResult`` if a task computed a wrong sum.
    func run(report: (ExperimentEvent<Results.Finding>) throws -> Void) throws
}

/// What happens while an experiment runs.
enum ExperimentEvent<Finding> {
    /// A run of all tasks is about to start.
    case starting(step: String)

    /// What is known of one measurement so far; later repetitions may improve it.
    case found(Finding)
}

extension Experiment {
    /// Returns whether an error thrown by ``run(report:)`` means that the user interrupted it.
    static func isInterruption(_ error: any Error) -> Bool {
        switch error {
        case let error as ParallelError: error.code == .cancelled
        // A task that noticed the cancellation before the loop did.
        case let failure as TaskFailure: failure.underlyingError is CancellationError
        default: error is CancellationError
        }
    }
}

/// A task whose result has not the sum that it must have.
struct WrongResult: Error, CustomStringConvertible {
    var task: Int
    var sum: Double
    var expected: Double

    var description: String {
        "task \(self.task) computed a wrong result: its sum is \(self.sum), not \(self.expected)"
    }
}
