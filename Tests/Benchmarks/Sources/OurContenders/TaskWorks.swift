// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import ContenderProtocol
import Joblib
import Work

/// Calls of `delayed` tasks, from lists, read lazily, and as streams.
enum TaskWorks {
    static let all = [
        OurWork(name: "w1-list") { backend in
            .onThread { setup in
                let call = setup.call(backend)
                let tasks = (0..<setup.count).map { number in delayed { work_square_root(UInt64(number)) } }
                return {
                    var values: [Double] = []
                    let seconds = try timed { values = try call(tasks) }
                    try Roots.check(values)
                    return seconds / Double(setup.count)
                }
            }
        },
        OurWork(name: "w1-lazy-all") { backend in .onThread(Self.lazily(backend, .all)) },
        OurWork(name: "w1-lazy-all", variant: "main thread", needsSharedMemory: true, hasReference: false) { backend in
            .onMainThread(Self.lazily(backend, .all))
        },
        OurWork(name: "w1-lazy") { backend in .onThread(Self.lazily(backend, "2*n_jobs")) },
        OurWork(name: "w1-lazy", variant: "main thread", needsSharedMemory: true, hasReference: false) { backend in
            .onMainThread(Self.lazily(backend, "2*n_jobs"))
        },
        OurWork(name: "w9", hasReference: false) { backend in
            .onThread { setup in
                let call = setup.call(backend)
                let consume = { (count: Int) throws -> Double in
                    let tasks = (0..<count).lazy.map { number in delayed { work_square_root(UInt64(number)) } }
                    let stream = try call(tasks, returnAs: .generator)
                    var sum = 0.0
                    while let value = try stream.next() { sum += value }
                    return sum
                }
                // What the first stream takes once and for all is no growth.
                _ = try consume(setup.count / 100)
                return {
                    var sum = 0.0
                    let seconds = try timed { sum = try consume(setup.count) }
                    try require(sum == Double(setup.count) * Double(setup.count - 1) / 2, "not the sum of the roots")
                    return seconds
                }
            }
        },
    ]

    /// The making of the tasks is part of the time.
    private static func lazily(
        _ backend: String,
        _ preDispatch: PreDispatch
    ) -> @Sendable (Contender.Setup) throws -> () throws -> Double {
        { setup in
            let call = setup.call(backend, preDispatch: preDispatch)
            return {
                var values: [Double] = []
                let seconds = try timed {
                    values = try call(
                        (0..<setup.count).lazy.map { number in delayed { work_square_root(UInt64(number)) } }
                    )
                }
                try Roots.check(values)
                return seconds / Double(setup.count)
            }
        }
    }
}
