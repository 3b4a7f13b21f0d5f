// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause
// swift-format-ignore-file

import Joblib

#if RACE
final class Total {  // expected-note {{class 'Total' does not conform to the 'Sendable' protocol}}
    var value = 0
}
#else
struct Total {
    var value = 0
}
#endif

func sum() throws -> Int {
    // One identity for every part: an object would be one object for all of them.
    // expected-error@+1 {{type 'Total' does not conform to the 'Sendable' protocol}}
    try Parallel(nJobs: 2).reduce(0..<10, Total()) { total, element in
        Total()
    } _: { left, right in
        left
    }
    .value
}
