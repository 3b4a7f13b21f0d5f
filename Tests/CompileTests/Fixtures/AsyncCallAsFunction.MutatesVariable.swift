// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause
// swift-format-ignore-file

import Joblib

func sum() async throws -> Int {
    var total = 0
    let tasks = (0..<10).map { element in
        delayed { () -> Int in
            #if RACE
            // expected-error@+1 {{mutation of captured var 'total' in concurrently-executing code}}
            total += element
            #endif
            return element
        }
    }
    total += try await Parallel(nJobs: 2)(tasks).count
    return total
}
