// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Joblib

// A program whose workers are observed from outside: by the tests of the backend loky, and by hand.

struct Echo: PortableTask {
    var value: Int
    func run() -> Int { self.value }
}

let arguments = CommandLine.arguments.dropFirst()
switch arguments.first {
case "cold":
    // The first results of a pool of two.
    print(try Parallel(nJobs: 2, backend: .loky)((0..<2).map { Delayed(Echo(value: $0)) }))
case "calls":
    let count = arguments.dropFirst().first.flatMap { Int($0) } ?? 1000
    for call in 0..<count {
        let sum = try Parallel(nJobs: 2, backend: .loky)((0..<4).map { Delayed(Echo(value: $0)) }).reduce(0, +)
        guard sum == 6 else { fatalError("call \(call) gave \(sum)") }
    }
    print("\(count) calls")
default:
    print("usage: loky-probe cold | calls N")
}
