// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCore
import JoblibPOSIX

/// Large values, and use that is not meant well.
extension ConformanceCase {
    static let largeValues: [ConformanceCase] = {
        let family = Family("largeValues")
        return [
            ConformanceCase(family, "results", "results of megabytes arrive whole", [22]) { subject in
                let arrays = try subject.parallel(2).map(0..<8) { Array(repeating: $0, count: 500_000) }
                for (index, array) in arrays.enumerated() {
                    try require(array.count == 500_000 && array.allSatisfy { $0 == index }, "array \(index) is damaged")
                }
            },
            ConformanceCase(family, "captures", "tasks read what they have captured, megabytes too", [22]) { subject in
                let data = (0..<2_000_000).map { $0 }
                let sums = try subject.parallel(2)
                    .map(0..<8) { part in
                        data[part * 250_000..<(part + 1) * 250_000].reduce(0, +)
                    }
                try requireEqual(sums.reduce(0, +), 2_000_000 * 1_999_999 / 2, "the sum")
            },
            ConformanceCase(family, "strings", "a hundred thousand strings arrive in order", [22]) { subject in
                let strings = try subject.parallel(2).map(0..<100_000) { "number \($0)" }
                for (index, string) in strings.enumerated() where string != "number \(index)" {
                    throw ConformanceFailure("string \(index) is \(string)")
                }
            },
        ]
    }()

    static let hostile: [ConformanceCase] = {
        let family = Family("hostile")
        return [
            ConformanceCase(family, "calls", "many calls in a row", [4, 22]) { subject in
                for index in 0..<subject.repetitions(2000) {
                    try requireEqual(
                        try subject.parallel(2).map(0..<3) { $0 + index },
                        [index, index + 1, index + 2],
                        "a call"
                    )
                }
            },
            ConformanceCase(family, "concurrent", "eight threads at once call one value, and one pool", [4, 9, 17]) {
                subject in
                let call = subject.parallel(3)
                try onThreads(8) { thread in
                    for _ in 0..<subject.repetitions(30) {
                        try requireEqual(try call.map(0..<20) { $0 * thread }, (0..<20).map { $0 * thread }, "a call")
                    }
                }
                try call.withPool { pool in
                    try onThreads(8) { thread in
                        for _ in 0..<subject.repetitions(30) {
                            try requireEqual(
                                try pool.map(0..<20) { $0 * thread },
                                (0..<20).map { $0 * thread },
                                "a call"
                            )
                        }
                    }
                }
            },
            ConformanceCase(family, "inside", "a task may call the value that it runs on, and the pool", [10, 13]) {
                subject in
                let call = subject.parallel(3)
                let nested = try call.map(0..<10) { row in try call.map(0..<10) { row * $0 } }
                try requireEqual(nested, (0..<10).map { row in (0..<10).map { row * $0 } }, "the results")
                let pooled = try call.withPool { pool in
                    try pool.map(0..<10) { row in try pool.map(0..<10) { row * $0 } }
                }
                try requireEqual(pooled, nested, "the results of the pool")
            },
            ConformanceCase(family, "manyJobs", "a hundred jobs are no more than a number", [6, 22]) { subject in
                try requireEqual(try subject.parallel(100).map(0..<1000) { $0 }, Array(0..<1000), "map")
                let list = try subject.parallel(100)((0..<1000).lazy.map { index in delayed { index } })
                try requireEqual(list, Array(0..<1000), "a list")
            },
            ConformanceCase(
                family,
                "meeting",
                "as many tasks run at once as there are jobs",
                [5, 6, 12],
                needs: [.closures, .sharedMemory, .workers]
            ) { subject in
                for nJobs in [2, 4, 16] {
                    let meeting = Meeting(of: nJobs)
                    try subject.parallel(nJobs, batchSize: 1).forEach(0..<nJobs) { _ in try meeting.attend() }
                    let timed = Meeting(of: nJobs)
                    try subject.parallel(nJobs, timeout: .seconds(20)).forEach(0..<nJobs) { _ in try timed.attend() }
                }
            },
            ConformanceCase(
                family,
                "elastic",
                "calls give their results while workers may come and go",
                [20],
                needs: [.closures, .sharedMemory, .workers, .elasticity]
            ) { subject in
                // When they do is the business of the backend.
                for _ in 0..<20 { try requireEqual(try subject.parallel(4).map(0..<500) { $0 }, Array(0..<500), "map") }
            },
        ]
    }()

    static let orchestration: [ConformanceCase] = {
        let family = Family("orchestration")
        return [
            ConformanceCase(
                family,
                "settings",
                "loops leave the program's signals, environment, working directory and random numbers alone, and print nothing",
                [21],
                isIsolated: true
            ) { subject in
                ProcessSettings.seedRandomNumbers()
                let before = ProcessSettings()
                ProcessSettings.seedRandomNumbers()
                for nJobs in [1, 2, 4] {
                    _ = try subject.parallel(nJobs).map(0..<100) { $0 }
                    _ = try subject.parallel(nJobs, timeout: .seconds(20)).map(0..<10) { $0 }
                    _ = try? subject.parallel(nJobs).forEach(0..<10) { if $0 == 5 { throw Mishap(number: 5) } }
                    try subject.parallel(nJobs).withPool { _ = try $0.map(0..<10) { $0 } }
                }
                let after = ProcessSettings()
                try requireEqual(after.workingDirectory, before.workingDirectory, "the working directory")
                try requireEqual(after.signals, before.signals, "blocked, ignored and caught signals")
                try requireEqual(after.environment, before.environment, "the environment")
                try requireEqual(after.randomNumbers, before.randomNumbers, "the next random numbers")
            },
            ConformanceCase(family, "scope", "a loop leaves the caller's scope as it was", [21, 31]) { subject in
                try parallelConfig(backend: subject.selection, nJobs: 3, seed: 5) {
                    let before = try effectiveNJobs(nil)
                    for _ in 0..<10 { _ = try Parallel().map(0..<50) { $0 } }
                    _ = try? Parallel().forEach(0..<10) { if $0 == 5 { throw Mishap(number: 5) } }
                    try requireEqual(try effectiveNJobs(nil), before, "nJobs of the scope")
                }
                try require(TaskContext.current == nil, "there is a task context outside of a task")
            },
        ]
    }()
}
