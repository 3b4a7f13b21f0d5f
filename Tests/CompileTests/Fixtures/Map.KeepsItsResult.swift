// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause
// swift-format-ignore-file

import Joblib

final class Item {
    var value = 0
}

// Results need not be `Sendable`, since each is handed over; so nothing may keep one.
func items() throws -> [Item] {
    try Parallel(nJobs: 2).map(0..<10) { element in
        let item = Item()
        #if RACE
        // expected-error@+2 {{sending value of non-Sendable type}}
        // expected-note@+1 {{risks causing races in between local and caller code}}
        Task.detached { item.value += 1 }
        #else
        item.value += 1
        #endif
        return item  // expected-note {{access can happen concurrently}}
    }
}
