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

func show(_ items: [Item]) throws {
    // expected-error@+1 {{type 'Item' does not conform to the 'Sendable' protocol}}
    try Parallel(nJobs: 2).forEach(items) { item in print(item.value) }
}
