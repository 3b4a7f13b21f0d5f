// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause
// swift-format-ignore-file

import Joblib

@MainActor
var total = 0  // expected-note {{mutation of this var is only permitted within the actor}}

@MainActor
func sum() throws -> Int {
    try cancellingOnInterrupt {
        total += 1
        try Parallel(nJobs: 2).forEach(0..<10) { element in
            #if RACE
            // expected-error@+1 {{main actor-isolated var 'total' can not be mutated from a nonisolated context}}
            total += element
            #endif
        }
    }
    return total
}
