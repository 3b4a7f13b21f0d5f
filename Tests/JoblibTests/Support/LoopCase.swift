// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Joblib
import Testing

/// A backend and a number of jobs: what a claim about every loop is tried with.
struct LoopCase: Sendable, CustomTestStringConvertible {
    let backend: String
    let nJobs: Int

    var testDescription: String { "\(self.backend), nJobs \(self.nJobs)" }

    static let all = [LoopCase(backend: "sequential", nJobs: 1), LoopCase(backend: "sequential", nJobs: 4)] + threaded

    static let threaded = [1, 2, 4, 16].map { LoopCase(backend: "threading", nJobs: $0) }

    func parallel(
        timeout: Duration? = nil,
        preDispatch: PreDispatch = "2*n_jobs",
        batchSize: BatchSize = .auto,
        seed: UInt64? = nil,
        retries: Int = 0
    ) -> Parallel {
        Parallel(
            nJobs: self.nJobs,
            backend: .named(self.backend),
            timeout: timeout,
            preDispatch: preDispatch,
            batchSize: batchSize,
            seed: seed,
            retries: retries
        )
    }
}

/// An error that can be told from others of its kind.
struct Mishap: Error, Equatable {
    var number = 0
}

/// Runs a throwing closure and returns its error as a `TaskFailure`.
func taskFailure<R>(_ body: () throws -> R) throws -> TaskFailure {
    try #require(error(of: body) as? TaskFailure)
}

/// Runs a throwing closure and returns its error as a `ParallelError`.
func refusal<R>(_ body: () throws -> R) throws -> ParallelError {
    try #require(error(of: body) as? ParallelError)
}

private func error<R>(of body: () throws -> R) -> (any Error)? {
    do {
        _ = try body()
        return nil
    } catch {
        return error
    }
}
