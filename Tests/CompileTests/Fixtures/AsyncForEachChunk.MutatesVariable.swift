// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause
// swift-format-ignore-file

import Joblib

func double() async throws -> Int {
    var numbers = [1, 2, 3]
    var chunks = 0
    chunks += 1
    try await Parallel(nJobs: 2).forEachChunk(of: &numbers) { span, _ in
        #if RACE
        // expected-error@+1 {{mutation of captured var 'chunks' in concurrently-executing code}}
        chunks += 1
        #endif
        for index in span.indices { span[index] *= 2 }
    }
    return chunks
}
