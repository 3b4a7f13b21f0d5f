// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause
// swift-format-ignore-file

import Joblib

final class Counter {  // expected-note {{class 'Counter' does not conform to the 'Sendable' protocol}}
    var value = 0
}

func count() throws -> Int {
    let counter = Counter()
    let observer = ProgressDisplay.observer { _ in
        #if RACE
        // expected-error@+1 {{capture of 'counter' with non-Sendable type 'Counter' in a '@Sendable' closure}}
        counter.value += 1
        #endif
    }
    try parallelConfig(nJobs: 2, progress: observer) { try Parallel().forEach(0..<10) { _ in } }
    return counter.value
}
