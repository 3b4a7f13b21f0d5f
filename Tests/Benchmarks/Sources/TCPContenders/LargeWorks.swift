// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import ContenderProtocol
import Joblib

/// Eight large arrays, each to a host and back.
enum LargeWorks {
    static let all = [
        Contender("tcp-large", "swift-joblib tcp", .onThread { try Self.echoes($0, isPlain: false) }),
        Contender("tcp-large", "swift-joblib tcp, plaintext", .onThread { try Self.echoes($0, isPlain: true) }),
    ]

    private static func echoes(_ setup: Contender.Setup, isPlain: Bool) throws -> () throws -> Double {
        let call = try LocalHosts(setup.workers, slots: 1, isPlain: isPlain).call(batchSize: 1)
        // No two are equal: of those that are, one would travel.
        let arrays = (0..<8).map { task in (0..<setup.count).map { Double($0 + task) } }
        let tasks = arrays.map { Delayed(Echo(values: $0)) }
        return {
            var results: [[Double]] = []
            let seconds = try timed { results = try call(tasks) }
            try require(results == arrays, "not the array")
            return seconds
        }
    }
}

struct Echo: PortableTask {
    // As `@Portable` writes it.
    static let isCodedMemberwise = true

    var values: [Double]
    func run() -> [Double] { self.values }
}

#endif
