// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import ContenderProtocol
import Joblib
import Work

/// Loops over numbers, whose bodies are closures.
enum LoopWorks {
    static let all = [
        OurWork(name: "w1-existing", needsSharedMemory: true) { backend in
            .onThread { setup in
                let call = setup.call(backend)
                var roots = Roots(count: setup.count)
                return {
                    roots.spoil()
                    let seconds = try timed {
                        try call.forEachChunk(of: &roots.values) { span, range in
                            // As the peers' bodies: nothing is checked that the range has not settled.
                            var number = UInt64(range.lowerBound)
                            for index in span.indices {
                                span[index] = work_square_root(number)
                                number &+= 1
                            }
                        }
                    }
                    try roots.check()
                    return seconds
                }
            }
        },
        OurWork(name: "w1-new") { backend in
            .onThread { setup in
                let call = setup.call(backend)
                return {
                    var values: [Double] = []
                    let seconds = try timed { values = try call.map(0..<setup.count) { work_square_root(UInt64($0)) } }
                    try Roots.check(values)
                    return seconds
                }
            }
        },
        OurWork(name: "w1-grain", needsSharedMemory: true) { backend in .onThread(Self.oneByOne(backend, 1)) },
        OurWork(name: "w1-grain", variant: "`batchSize: .auto`", needsSharedMemory: true, hasReference: false) {
            backend in
            .onThread(Self.oneByOne(backend, .auto))
        },
        OurWork(name: "w2-hot", needsSharedMemory: true) { backend in
            .onThread { setup in
                let call = setup.call(backend)
                return {
                    try timed {
                        for _ in 0..<setup.count { try call.forEach(0..<2) { _ in } }
                    } / Double(setup.count)
                }
            }
        },
        OurWork(name: "w2-idle", needsSharedMemory: true, hasReference: false) { backend in
            .onThread { setup in
                let call = setup.call(backend)
                return { try afterIdling { try call.forEach(0..<2) { _ in } } }
            }
        },
        OurWork(name: "w3", hasReference: false) { backend in
            .onThread { setup in
                { try timed { try setup.call(backend).forEach(0..<2) { _ in } } }
            }
        },
        OurWork(name: "w6", hasReference: false) { backend in
            .onThread { setup in
                let call = setup.call(backend)
                let durations = skewedDurations(count: setup.count)
                return {
                    try timed { _ = try call.map(durations) { work_spin($0) } }
                }
            }
        },
        OurWork(name: "w8") { backend in
            .onThread { setup in
                let call = setup.call(backend)
                let inner = Self.nestedCall(backend, setup.workers, call)
                return {
                    var rows: [[Double]] = []
                    let seconds = try timed {
                        for _ in 0..<setup.count {
                            rows = try call.map(0..<20) { _ in
                                try inner().map(0..<100) { work_square_root(UInt64($0)) }
                            }
                        }
                    }
                    try checkNested(rows)
                    return seconds / Double(setup.count)
                }
            }
        },
    ]
    /// The call of a loop inside of a task.
    ///
    /// Who is in a forked worker would fork again if it named the backend, and gets the worker's threads if it names none.
    private static func nestedCall(
        _ backend: String,
        _ workers: Int,
        _ call: Parallel
    ) -> @Sendable () -> Parallel {
        guard backend == "multiprocessing" else { return { call } }
        return { Parallel(nJobs: workers) }
    }

    /// An element is a task; what is timed is one of them.
    private static func oneByOne(
        _ backend: String,
        _ batchSize: BatchSize
    ) -> @Sendable (Contender.Setup) throws -> () throws -> Double {
        { setup in
            let call = setup.call(backend, batchSize: batchSize)
            var roots = Roots(count: setup.count)
            return {
                roots.spoil()
                let seconds = try roots.values.withUnsafeMutableBufferPointer { buffer in
                    // SAFETY: each task writes an element of its own.
                    nonisolated(unsafe) let values = buffer
                    return try timed {
                        try call.forEach(0..<setup.count) { values[$0] = work_square_root(UInt64($0)) }
                    }
                }
                try roots.check()
                return seconds / Double(setup.count)
            }
        }
    }
}
