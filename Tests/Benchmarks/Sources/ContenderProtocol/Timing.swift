// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import Work

/// The seconds that a body takes.
package func timed(_ body: () throws -> Void) rethrows -> Double {
    let start = work_now()
    try body()
    return work_now() - start
}

package func timed(_ body: () async throws -> Void) async rethrows -> Double {
    let start = work_now()
    try await body()
    return work_now() - start
}

/// The median of a few calls, each after the runtime's threads had 20 ms to fall asleep.
package func afterIdling(_ body: () throws -> Void) rethrows -> Double {
    var times: [Double] = []
    for _ in 0..<5 {
        usleep(20_000)
        times.append(try timed(body))
    }
    return times.sorted()[2]
}

package func afterIdling(_ body: () async throws -> Void) async throws -> Double {
    var times: [Double] = []
    for _ in 0..<5 {
        try await Task.sleep(for: .milliseconds(20))
        times.append(try await timed(body))
    }
    return times.sorted()[2]
}
