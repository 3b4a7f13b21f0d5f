// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause
// swift-format-ignore-file

import Joblib

func scaled() throws -> [Int] {
    var factor = 1
    factor += 1
    let unchanging = factor
    return try Parallel(nJobs: 2).map(0..<10) { element in
        #if RACE
        // expected-error@+1 {{reference to captured var 'factor' in concurrently-executing code}}
        element * factor
        #else
        element * unchanging
        #endif
    }
}
