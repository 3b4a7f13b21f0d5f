// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Glibc
import Joblib
import JoblibTCP

/// A scope that does nothing between its calls, for as long as somebody wants.
enum Idle {
    /// Has hosts launched by ssh, which are given back after a second: a call, a pause, and another call.
    ///
    /// - Parameters:
    ///   - folder: Where the files `1` and `2` end the pause, and what follows on the second call.
    ///   - machines: As `ssh` takes them.
    /// - Throws: What a call throws.
    static func run(_ folder: String, _ machines: [String]) throws {
        let launch: BackendParameter = .launch(.ssh(machines), workersPerHost: 1, idleTimeout: .seconds(1))
        let wait: BackendParameter = .waitForWorkers(atLeast: machines.count, within: .seconds(60))
        try parallelConfig(backend: "tcp", backendParams: [launch, wait]) {
            for number in 1...2 {
                let tasks = (0..<(20 * machines.count)).map { Delayed(Visit(index: $0, milliseconds: 20)) }
                let workers = try Parallel(batchSize: 1)(tasks).map(\.worker)
                print("call \(number): \(Set(workers).sorted().joined(separator: " "))")
                // Whoever follows this reads a file.
                fflush(nil)
                while access("\(folder)/\(number)", F_OK) != 0 { usleep(20_000) }
            }
        }
    }
}

#endif
