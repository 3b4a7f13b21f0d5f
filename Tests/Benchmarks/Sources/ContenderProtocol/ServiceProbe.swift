// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Dispatch
import Glibc
import Work

/// How long a program's other tasks wait while a loop runs.
package enum ServiceProbe {
    /// How long each item of the loop computes.
    package static let nanosecondsOfAnItem: UInt64 = 5_000_000

    /// The longest time that a new task waits for its turn while a loop runs; asked by a thread, which is no task itself.
    package static func longestWait(while loop: @escaping @Sendable () async throws -> Void) throws -> Double {
        let isOver = Flag()
        let hasEnded = DispatchSemaphore(value: 0)
        Task.detached {
            // A loop that fails ends early, and is found by what it did not do.
            try? await loop()
            isOver.raise()
            hasEnded.signal()
        }
        var longest = 0.0
        while !isOver.isRaised {
            usleep(5000)
            let served = DispatchSemaphore(value: 0)
            longest = max(
                longest,
                timed {
                    Task.detached { served.signal() }
                    served.wait()
                }
            )
        }
        hasEnded.wait()
        return longest
    }
}
