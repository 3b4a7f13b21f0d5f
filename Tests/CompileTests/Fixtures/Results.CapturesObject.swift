// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause
// swift-format-ignore-file

import Joblib

final class Counter {  // expected-note {{class 'Counter' does not conform to the 'Sendable' protocol}}
    var value = 0
}

func count() throws -> Int {
    let counter = Counter()
    _ = try Parallel(nJobs: 2).results(
        (0..<10).map { element in
            delayed { () -> Int in
                #if RACE
                // expected-error@+1 {{capture of 'counter' with non-Sendable type 'Counter' in a '@Sendable' closure}}
                counter.value += element
                #endif
                return element
            }
        }
    )
    return counter.value
}
