// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause
// swift-format-ignore-file

import Joblib

func events() throws -> Int {
    var events = 0
    let parallel = Parallel(
        nJobs: 2,
        progress: .observer { _ in
            #if RACE
            // expected-error@+1 {{mutation of captured var 'events' in concurrently-executing code}}
            events += 1
            #endif
        }
    )
    try parallel.forEach(0..<10) { _ in }
    events += 1
    return events
}
