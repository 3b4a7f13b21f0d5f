// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause
// swift-format-ignore-file

import Joblib

func double() throws -> [Int] {
    var numbers = [1, 2, 3]
    try Parallel(nJobs: 2).forEachChunk(of: &numbers) { span, _ in
        #if RACE
        try Parallel(nJobs: 2).forEach(span.indices) { index in
            // expected-error@+1 {{mutable capture of 'inout' parameter 'span'}}
            span[index] *= 2
        }
        #else
        for index in span.indices { span[index] *= 2 }
        #endif
    }
    return numbers
}
