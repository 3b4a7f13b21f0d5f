// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Joblib
import Synchronization

extension Snippet {
    static let choosing = [
        Snippet("scope", scope),
        Snippet("nestedScopes", nestedScopes),
        Snippet("budget", budget),
        Snippet("seeded", seeded),
    ]
}

/// A library that somebody else wrote.
enum SomeoneElse {
    static func workersInUse() throws -> Int {
        try effectiveNJobs(nil)
    }

    static func roll(_ count: Int) throws -> [Int] {
        try Parallel()
            .map(0..<count) { _ in
                guard var generator = TaskContext.current?.randomNumberGenerator else { return 0 }
                return Int.random(in: 1...6, using: &generator)
            }
    }
}

private func scope() throws {
    let rolls = try parallelConfig(backend: "threading", nJobs: 4) {
        try SomeoneElse.roll(1000)
    }
    print(rolls.count)
}

private func nestedScopes() throws {
    try parallelConfig(backend: "threading", nJobs: 4) {
        print(try SomeoneElse.workersInUse())
        try parallelConfig(nJobs: 2) {
            print(try SomeoneElse.workersInUse())
        }
    }
    print(try SomeoneElse.workersInUse())
}

private func budget() throws {
    let inner = try Parallel(nJobs: 4)
        .map(0..<1) { _ in
            [try effectiveNJobs(-1), try effectiveNJobs(100)]
        }
    print(inner)
}

private func seeded() throws {
    let first = try parallelConfig(nJobs: 1, seed: 42) { try SomeoneElse.roll(1000) }
    let second = try parallelConfig(nJobs: 4, seed: 42) { try SomeoneElse.roll(1000) }
    print(first == second)
}
