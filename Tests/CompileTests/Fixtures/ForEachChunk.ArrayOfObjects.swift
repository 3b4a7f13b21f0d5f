// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause
// swift-format-ignore-file

import Joblib

#if RACE
final class Item {
    var value = 0
}
#else
struct Item {
    var value = 0
}
#endif

func clear(_ items: inout [Item]) throws {
    // expected-error@+1 {{instance method 'forEachChunk(of:_:)' requires that 'Item' conform to 'BitwiseCopyable'}}
    try Parallel(nJobs: 2).forEachChunk(of: &items) { span, _ in
        for index in span.indices { span[index] = Item() }
    }
}
