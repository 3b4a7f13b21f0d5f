// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause
// swift-format-ignore-file

import Joblib

func sum() async throws -> Int {
    var calls = 0
    calls += 1
    return try await Parallel(nJobs: 2).reduce(0..<10, calls) { sum, element in
        #if RACE
        // expected-error@+1 {{mutation of captured var 'calls' in concurrently-executing code}}
        calls += 1
        #endif
        return sum + element
    } _: { left, right in
        left + right
    }
}
