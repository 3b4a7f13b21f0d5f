// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Joblib

/// Has workers that never say a word, by a variable of theirs, and then others.
func startup(_ variable: String, _ value: String) throws {
    let start = ContinuousClock.now
    do {
        let call = Parallel(nJobs: 2, backend: .loky, backendParams: [.environment([variable: value])])
        _ = try call((0..<4).map { Delayed(Echo(value: $0)) })
        print("no refusal")
    } catch let error as ParallelError {
        print("refused: \(error)")
    }
    print(ContinuousClock.now - start < .seconds(20) ? "in time" : "late")
    print("then: \(try Parallel(nJobs: 2, backend: .loky)((0..<4).map { Delayed(Echo(value: $0)) }).reduce(0, +))")
}
