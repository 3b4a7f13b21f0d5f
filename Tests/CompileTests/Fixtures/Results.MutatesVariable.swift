// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause
// swift-format-ignore-file

import Joblib

func failures() throws -> Int {
    var failures = 0
    let results = try Parallel(nJobs: 2).results(
        (0..<10).map { element in
            delayed { () -> Int in
                #if RACE
                // expected-error@+1 {{mutation of captured var 'failures' in concurrently-executing code}}
                failures += 1
                #endif
                return element
            }
        }
    )
    failures += results.count
    return failures
}
