// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause
// swift-format-ignore-file

import Joblib

#if RACE
final class Item {  // expected-note 3 {{class 'Item' does not conform to the 'Sendable' protocol}}
    var value = 0
}
#else
struct Item {
    var value = 0
}
#endif

func makeItem(_ value: Int) -> Item {
    Item()
}

func items() throws -> Int {
    // expected-error@+1 3 {{type 'Item' does not conform to the 'Sendable' protocol}}
    try Parallel(nJobs: 2)((0..<10).map { delayed(makeItem)($0) }).count
}
