// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause
// swift-format-ignore-file

import Joblib

@MainActor
var made = 0

@MainActor
func outputs() throws -> Int? {
    let tasks = (0..<10).lazy.map { element in
        made += 1
        return delayed { element }
    }
    #if RACE
    // expected-error@+1 {{sending 'tasks' risks causing data races}} expected-note@+1 {{as a 'sending' parameter}}
    return try Parallel(nJobs: 2).run(tasks, returnAs: .generator).next()
    #else
    return try Parallel(nJobs: 2).run(Array(tasks), returnAs: .generator).next()
    #endif
}
