// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import ContenderProtocol
import Joblib
import Work

/// What the rest of an asynchronous program notices of a loop.
enum AsynchronousWorks {
    static let all = [
        OurWork(name: "probe", hasReference: false) { backend in
            .onThread { setup in
                let call = setup.call(backend)
                return {
                    let done = Tally()
                    let longest = try ServiceProbe.longestWait {
                        // What comes back is counted, since a forked worker has a tally of its own.
                        let items = try await call.map(0..<setup.count) { item in
                            work_spin(ServiceProbe.nanosecondsOfAnItem)
                            return item
                        }
                        for _ in items { done.add() }
                    }
                    try require(done.count == setup.count, "not every item")
                    return longest
                }
            }
        }
    ]
}
