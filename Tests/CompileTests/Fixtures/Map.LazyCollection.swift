// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause
// swift-format-ignore-file

import Joblib

func squares() throws -> [Int] {
    var calls = 0
    let items = (0..<10).lazy.map { element in
        calls += 1
        return element * element
    }
    #if RACE
    // expected-error@+1 {{conformance of 'LazyMapSequence<Base, Element>' to 'Sendable' is unavailable}}
    let squares = try Parallel(nJobs: 2).map(items) { $0 }
    #else
    let squares = try Parallel(nJobs: 2).map(Array(items)) { $0 }
    #endif
    return squares + [calls]
}
