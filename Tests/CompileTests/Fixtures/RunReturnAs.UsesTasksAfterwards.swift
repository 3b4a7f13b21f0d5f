// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause
// swift-format-ignore-file

import Joblib

final class Counter {
    var value = 0
}

func outputs() throws -> Int {
    let counter = Counter()
    let tasks = (0..<10).lazy.map { element in
        counter.value += 1
        return delayed { element }
    }
    // Workers go on reading the sequence, and with it the counter, after the call has returned.
    // expected-error@+1 {{sending 'tasks' risks causing data races}} expected-note@+1 {{as a 'sending' parameter}}
    let results = try Parallel(nJobs: 2).run(tasks, returnAs: .generatorUnordered)
    #if RACE
    return try results.next() == nil ? 0 : counter.value  // expected-note {{access can happen concurrently}}
    #else
    return try results.next() == nil ? 0 : 1
    #endif
}
