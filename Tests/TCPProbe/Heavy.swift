// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Joblib
import JoblibTCP

/// Returns another array of the same size.
struct Echo: PortableTask {
    let numbers: [Double]

    func run() throws -> [Double] {
        var copy = self.numbers
        copy[0] += 1
        return copy
    }
}

/// Measures what large arrays cost, in and out.
enum Heavy {
    /// Runs calls of eight tasks of 32 MB each, and prints how long each took.
    static func run(_ addresses: [String], isPlain: Bool, isSame: Bool) throws {
        let count = (32 << 20) / 8
        let arrays = (0..<8)
            .map { task in
                unsafe [Double](unsafeUninitializedCapacity: count) { buffer, filled in
                    for index in 0..<count { unsafe buffer[index] = Double(index &+ (isSame ? 0 : task)) }
                    filled = count
                }
            }
        let parameters: [BackendParameter] = [.workers(addresses)] + (isPlain ? [.plaintextOnLoopback(true)] : [])
        for round in 0..<8 {
            let start = ContinuousClock.now
            let results = try parallelConfig(backend: "tcp", backendParams: parameters) {
                try Parallel(batchSize: 1)(arrays.map { Delayed(Echo(numbers: $0)) })
            }
            let time = ContinuousClock.now - start
            let isRight = results.allSatisfy { $0.count == count } && results[7][0] == arrays[7][0] + 1
            let seconds = Double(time.components.seconds) + Double(time.components.attoseconds) * 1e-18
            print(
                "round \(round): \(time), \(Int(512 * 1.048576 / seconds)) MB/s in and out, \(isRight ? "right" : "WRONG")"
            )
        }
    }
}

#endif
