// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause
// swift-format-ignore-file

import Joblib

func smooth() throws -> [Int] {
    var numbers = [1, 2, 3]
    #if !RACE
    let before = numbers
    #endif
    try Parallel(nJobs: 2).forEachChunk(of: &numbers) { span, range in
        for index in span.indices {
            #if RACE
            // expected-error@+1 {{reference to captured var 'numbers' in concurrently-executing code}}
            span[index] += numbers[range.lowerBound]
            #else
            span[index] += before[range.lowerBound]
            #endif
        }
    }
    return numbers
}
