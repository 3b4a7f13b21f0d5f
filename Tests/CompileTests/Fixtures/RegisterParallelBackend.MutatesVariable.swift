// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause
// swift-format-ignore-file

import Joblib

func register() -> Int {
    var made = 0
    registerParallelBackend("counted") { request in
        #if RACE
        // expected-error@+1 {{mutation of captured var 'made' in concurrently-executing code}}
        made += 1
        #endif
        return try ThreadingBackend(request)
    }
    made += 1
    return made
}
