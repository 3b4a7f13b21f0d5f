// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause
// swift-format-ignore-file

import Joblib

final class Counter {  // expected-note {{class 'Counter' does not conform to the 'Sendable' protocol}}
    var value = 0
}

func count() async throws -> Int {
    let counter = Counter()
    _ = try await Parallel(nJobs: 2).map(0..<10) { element in
        #if RACE
        // expected-error@+1 {{capture of 'counter' with non-Sendable type 'Counter' in a '@Sendable' closure}}
        counter.value += element
        #endif
        return element
    }
    return counter.value
}
