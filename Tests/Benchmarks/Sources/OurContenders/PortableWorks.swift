// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import ContenderProtocol
import Glibc
import Joblib
import Work

/// The works of ``LoopWorks`` and ``TaskWorks`` for workers that no closure gets to.
enum PortableWorks {
    static let all = [
        OurWork(name: "w1-list") { backend in
            .onThread { setup in
                let call = setup.call(backend)
                let tasks = (0..<setup.count).map { Delayed(SquareRoot(number: UInt64($0))) }
                return {
                    var values: [Double] = []
                    let seconds = try timed { values = try call(tasks) }
                    try Roots.check(values)
                    return seconds / Double(setup.count)
                }
            }
        },
        OurWork(name: "w1-lazy") { backend in
            .onThread { setup in
                let call = setup.call(backend)
                return {
                    var values: [Double] = []
                    let seconds = try timed {
                        values = try call((0..<setup.count).lazy.map { Delayed(SquareRoot(number: UInt64($0))) })
                    }
                    try Roots.check(values)
                    return seconds / Double(setup.count)
                }
            }
        },
        OurWork(name: "w2-hot") { backend in
            .onThread { setup in
                let call = setup.call(backend)
                let tasks = (0..<2).map { Delayed(SquareRoot(number: UInt64($0))) }
                // A call takes a hundred times as long as on threads.
                let count = max(1, setup.count / 100)
                return {
                    try timed { for _ in 0..<count { _ = try call(tasks) } } / Double(count)
                }
            }
        },
        OurWork(name: "w2-trip") { backend in PortableWorks.roundTrips(backend, idleMilliseconds: 0) },
        OurWork(name: "w2-trip-idle") { backend in PortableWorks.roundTrips(backend, idleMilliseconds: 20) },
        OurWork(name: "w2-each") { backend in
            .onThread { setup in
                let call = setup.call(backend, batchSize: 1)
                let tasks = (0..<setup.count).map { Delayed(SquareRoot(number: UInt64($0))) }
                return {
                    var values: [Double] = []
                    let seconds = try timed { values = try call(tasks) }
                    try Roots.check(values)
                    return seconds / Double(setup.count)
                }
            }
        },
        OurWork(name: "w3") { backend in
            .onThread { setup in
                let tasks = (0..<2).map { Delayed(SquareRoot(number: UInt64($0))) }
                return { try timed { _ = try setup.call(backend)(tasks) } }
            }
        },
        OurWork(name: "w4") { backend in
            .onThread { setup in
                let call = setup.call(backend)
                let summands = Summands(count: setup.count)
                let tasks = (0..<8).map { _ in Delayed(Sum(values: summands.values)) }
                return {
                    var sums: [Double] = []
                    let seconds = try timed { sums = try call(tasks) }
                    try summands.check(sums)
                    return seconds
                }
            }
        },
        OurWork(name: "w4", variant: "SharedArray") { backend in
            .onThread { setup in
                let call = setup.call(backend)
                let summands = Summands(count: setup.count)
                let shared = try SharedArray(summands.values)
                let tasks = (0..<8).map { _ in Delayed(SharedSum(values: shared)) }
                return {
                    var sums: [Double] = []
                    let seconds = try timed { sums = try call(tasks) }
                    try summands.check(sums)
                    return seconds
                }
            }
        },
        OurWork(name: "w5") { backend in
            .onThread { setup in
                let call = setup.call(backend)
                let tasks = (0..<8).map { Delayed(BigResult(task: $0, count: setup.count)) }
                return {
                    var results: [[Double]] = []
                    let seconds = try timed { results = try call(tasks) }
                    try checkBigResults(results)
                    return seconds
                }
            }
        },
        OurWork(name: "w6") { backend in
            .onThread { setup in
                let call = setup.call(backend)
                let tasks = skewedDurations(count: setup.count).map { Delayed(Spin(duration: $0)) }
                return { try timed { _ = try call(tasks) } }
            }
        },
        OurWork(name: "w8") { backend in
            .onThread { setup in
                let call = setup.call(backend)
                let tasks = (0..<20).map { _ in Delayed(InnerLoop(nJobs: setup.workers)) }
                let count = max(1, setup.count / 10)
                return {
                    var rows: [[Double]] = []
                    let seconds = try timed { for _ in 0..<count { rows = try call(tasks) } }
                    try checkNested(rows)
                    return seconds / Double(count)
                }
            }
        },
        OurWork(name: "w9") { backend in
            .onThread { setup in
                let call = setup.call(backend)
                let consume = { (count: Int) throws -> Double in
                    let tasks = (0..<count).lazy.map { Delayed(SquareRoot(number: UInt64($0))) }
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

    /// Calls of one task inside of `withPool`, after a pause each.
    private static func roundTrips(_ backend: String, idleMilliseconds: UInt32) -> Contender.Preparation {
        .onThread { setup in
            let call = setup.call(backend)
            let task = [Delayed(SquareRoot(number: 2))]
            let count = idleMilliseconds == 0 ? setup.count : 5
            return {
                try call.withPool { pool in
                    _ = try pool(task)
                    var times: [Double] = []
                    for _ in 0..<count {
                        if idleMilliseconds > 0 { usleep(idleMilliseconds * 1000) }
                        times.append(try timed { _ = try pool(task) })
                    }
                    return idleMilliseconds > 0 ? times.sorted()[count / 2] : times.reduce(0, +) / Double(count)
                }
            }
        }
    }
}

struct SquareRoot: PortableTask {
    var number: UInt64
    func run() -> Double { work_square_root(self.number) }
}

struct Sum: PortableTask {
    var values: [Double]
    func run() -> Double { Summands.sum(self.values) }
}

struct SharedSum: PortableTask {
    var values: SharedArray<Double>

    func run() -> Double {
        self.values.withSpan { span in span.withUnsafeBufferPointer { work_sum($0.baseAddress, $0.count) } }
    }
}

struct BigResult: PortableTask {
    var task: Int
    var count: Int
    func run() -> [Double] { bigResult(self.task, count: self.count) }
}

struct Spin: PortableTask {
    var duration: UInt64
    func run() { work_spin(self.duration) }
}

/// A loop of a hundred square roots, on threads of the worker.
struct InnerLoop: PortableTask {
    var nJobs: Int
    func run() throws -> [Double] { try Parallel(nJobs: self.nJobs).map(0..<100) { work_square_root(UInt64($0)) } }
}
