// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import ContenderProtocol
import Joblib
import Work

/// Many tasks that are nothing but their way to a host and back.
enum TinyWorks {
    static let all = [
        Contender(
            "tcp-each",
            "swift-joblib tcp",
            .onThread { setup in
                let call = try LocalHosts(setup.workers, slots: 1).call(preDispatch: .all, batchSize: 1)
                let sample = Self.roots(call, setup.count)
                return { try sample() / Double(setup.count) }
            }
        ),
        Contender(
            "tcp-list",
            "swift-joblib tcp",
            .onThread { setup in Self.roots(try LocalHosts(setup.workers, slots: 1).call(), setup.count) }
        ),
    ]

    private static func roots(_ call: Parallel, _ count: Int) -> () throws -> Double {
        let tasks = (0..<count).map { Delayed(SquareRoot(number: UInt64($0))) }
        return {
            var values: [Double] = []
            let seconds = try timed { values = try call(tasks) }
            try Roots.check(values)
            return seconds
        }
    }
}

struct SquareRoot: PortableTask {
    // As `@Portable` writes it.
    static let isCodedMemberwise = true

    var number: UInt64
    func run() -> Double { work_square_root(self.number) }
}

#endif
