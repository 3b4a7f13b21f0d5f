// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause
// swift-format-ignore-file

import Joblib

func outputs() throws -> Int {
    var reads = 0
    let tasks = AnySequence<Delayed<Int>> {
        reads += 1
        return [delayed { 1 }].makeIterator()
    }
    // expected-error@+1 {{sending 'tasks' risks causing data races}} expected-note@+1 {{as a 'sending' parameter}}
    let results = try Parallel(nJobs: 2).run(tasks, returnAs: .generator)
    #if RACE
    return try results.next() == nil ? 0 : tasks.underestimatedCount  // expected-note {{access can happen concurrently}}
    #else
    return try results.next() == nil ? 0 : 1
    #endif
}
