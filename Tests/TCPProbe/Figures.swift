// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Glibc
import Joblib
import JoblibTCP

/// What calls cost on hosts that are there: medians, after a call that warms up.
enum Figures {
    /// Measures and prints.
    ///
    /// - Parameter words: `small` or `sleep`, and addresses.
    /// - Throws: What a call throws.
    static func run(_ words: [String]) throws {
        let addresses = Array(words.dropFirst())
        try parallelConfig(backend: "tcp", backendParams: [.workers(addresses)]) {
            switch words.first {
            case "sleep": try Self.sleepers()
            default: try Self.small()
            }
        }
    }

    private static func small() throws {
        let one = (0..<100_000).map { Delayed(Root(of: Double($0))) }
        let single = try Self.median { _ = try Parallel(preDispatch: .all, batchSize: 1)(one) }
        print("100,000 tasks, one at a time: \(single / 100_000 * 1e6) µs each")
        let many = (0..<1_000_000).map { Delayed(Root(of: Double($0))) }
        print("1,000,000 tasks: \(try Self.median { _ = try Parallel()(many) }) s")
        let two = (0..<2).map { Delayed(Root(of: Double($0))) }
        print("a call of two tasks: \(try Self.median(of: 101) { _ = try Parallel()(two) } * 1e6) µs")
    }

    /// Tasks that sleep for 10 ms, ten for each worker.
    private static func sleepers() throws {
        let workers = try effectiveNJobs()
        let tasks = (0..<workers * 50).map { _ in Delayed(Napping(milliseconds: 10)) }
        let before = Self.processorTime
        let start = ContinuousClock.now
        _ = try Parallel(preDispatch: .all, batchSize: 1)(tasks)
        let time = Self.seconds(since: start)
        let share = (Self.processorTime - before) / time
        print("\(workers) workers: \(100 * 0.5 / time) % of the ideal, coordinator at \(100 * share) % of a processor")
    }

    private static func median(of count: Int = 5, _ body: () throws -> Void) rethrows -> Double {
        try body()
        var times: [Double] = []
        for _ in 0..<count {
            let start = ContinuousClock.now
            try body()
            times.append(Self.seconds(since: start))
        }
        return times.sorted()[count / 2]
    }

    private static func seconds(since start: ContinuousClock.Instant) -> Double {
        let (seconds, attoseconds) = (ContinuousClock.now - start).components
        return Double(seconds) + Double(attoseconds) / 1e18
    }

    private static var processorTime: Double { Double(clock()) / Double(CLOCKS_PER_SEC) }
}

/// Sleeps.
struct Napping: PortableTask {
    let milliseconds: Int

    func run() throws -> Int {
        usleep(UInt32(self.milliseconds * 1000))
        return self.milliseconds
    }
}

#endif
