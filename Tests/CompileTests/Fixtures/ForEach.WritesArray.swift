// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause
// swift-format-ignore-file

import Joblib

func squares() throws -> [Int] {
    var squares = [Int](repeating: 0, count: 10)
    #if RACE
    try Parallel(nJobs: 2).forEach(0..<10) { element in
        // expected-error@+1 {{mutation of captured var 'squares' in concurrently-executing code}}
        squares[element] = element * element
    }
    #else
    squares = try Parallel(nJobs: 2).map(0..<10) { element in element * element }
    #endif
    return squares
}
