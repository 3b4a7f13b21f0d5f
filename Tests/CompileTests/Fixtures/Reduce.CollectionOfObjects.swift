// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause
// swift-format-ignore-file

import Joblib

#if RACE
final class Item {  // expected-note {{class 'Item' does not conform to the 'Sendable' protocol}}
    var value = 0
}
#else
struct Item {
    var value = 0
}
#endif

func sum(_ items: [Item]) throws -> Int {
    // expected-error@+1 {{type 'Item' does not conform to the 'Sendable' protocol}}
    try Parallel(nJobs: 2).reduce(items, 0, { sum, item in sum + item.value }, +)
}
