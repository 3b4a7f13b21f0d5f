// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import ContenderProtocol
import Dispatch
import Work

/// `DispatchQueue.async` on a concurrent queue.
enum DispatchAsync {
    static let contenders = [
        Contender(
            "w1-list",
            "Dispatch async",
            .onThread { setup in
                let queue = DispatchQueue(label: "roots", attributes: .concurrent)
                var roots = Roots(count: setup.count)
                return {
                    roots.spoil()
                    let seconds = timed {
                        roots.values.withUnsafeMutableBufferPointer { buffer in
                            // SAFETY: each block writes an element of its own, and the group waits for all.
                            nonisolated(unsafe) let values = buffer
                            let group = DispatchGroup()
                            for index in 0..<setup.count {
                                queue.async(group: group) { values[index] = work_square_root(UInt64(index)) }
                            }
                            group.wait()
                        }
                    }
                    try roots.check()
                    return seconds / Double(setup.count)
                }
            }
        )
    ]
}
