// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause
// swift-format-ignore-file

import Joblib

func sum() throws -> Int {
    var total = 0
    try Parallel(nJobs: 2).withPool { pool in
        total += 1
        try pool.forEach(0..<10) { element in
            #if RACE
            // expected-error@+1 {{mutation of captured var 'total' in concurrently-executing code}}
            total += element
            #endif
        }
    }
    return total
}
