// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCore

/// Failures are reported as what they are, and end what they must.
extension ConformanceCase {
    struct Mishap: Error, Codable, Equatable {
        let number: Int
    }

    static let errors: [ConformanceCase] = {
        let family = Family("errors")
        return [
            ConformanceCase(family, "blame", "a task that throws is named, with its arguments and its error", [23]) {
                subject in
                for nJobs in [1, 2, 5] {
                    let failure = try requireThrows(TaskFailure.self, "a map, nJobs \(nJobs)") {
                        try subject.parallel(nJobs).map(0..<100) { if $0 == 57 { throw Mishap(number: $0) } }
                    }
                    try requireEqual(failure.index, 57, "the index")
                    try requireEqual(failure.arguments, "57", "the arguments")
                    try requireEqual(failure.reason, .threw, "the reason")
                    try requireEqual(failure.underlyingError as? Mishap, Mishap(number: 57), "the error")
                    try requireEqual(failure.attempt, 1, "the attempt")
                }
            },
            ConformanceCase(
                family,
                "quiet",
                "nothing of a call runs after it has thrown",
                [24],
                needs: [.closures, .sharedMemory]
            ) { subject in
                for _ in 0..<20 {
                    let running = Occupancy()
                    _ = try requireThrows(TaskFailure.self, "a loop") {
                        try subject.parallel(4, batchSize: 1)
                            .forEach(0..<500) { index in
                                try running.during { if index == 100 { throw Mishap(number: index) } }
                            }
                    }
                    try requireEqual(running.current, 0, "tasks at work after the throw")
                }
            },
            ConformanceCase(family, "failFast", "the input is not read on after a failure", [23, 25]) { subject in
                let reads = Tally()
                let tasks = (0..<1_000_000).lazy
                    .map { index in
                        reads.add()
                        return delayed { if index == 5 { throw Mishap(number: index) } }
                    }
                _ = try requireThrows(TaskFailure.self, "a list") { try subject.parallel(2, preDispatch: 4)(tasks) }
                try require(reads.count < 1_000_000, "all tasks were read")
            },
            ConformanceCase(family, "results", "results keeps going, with one result for each task", [23]) { subject in
                for nJobs in [1, 3] {
                    let tasks = (0..<200)
                        .map { index in
                            delayed { () throws -> Int in
                                if index.isMultiple(of: 10) { throw Mishap(number: index) }
                                return index
                            }
                        }
                    for outcomes in [
                        try subject.parallel(nJobs).results(tasks),
                        try subject.parallel(nJobs).results(tasks.lazy.map { $0 }),
                    ] {
                        try requireEqual(outcomes.count, 200, "outcomes")
                        for (index, outcome) in outcomes.enumerated() {
                            switch outcome {
                            case .success(let output): try requireEqual(output, index, "an output")
                            case .failure(let failure):
                                try require(index.isMultiple(of: 10), "task \(index) failed: \(failure)")
                                try requireEqual(failure.index, index, "the index of a failure")
                            }
                        }
                    }
                }
            },
            ConformanceCase(family, "fresh", "a call after a failed one sees nothing of it", [16, 23]) { subject in
                let call = subject.parallel(2, preDispatch: .all, batchSize: 1)
                for _ in 0..<20 {
                    _ = try requireThrows(TaskFailure.self, "a list") {
                        try call((0..<300).map { index in delayed { if index == 0 { throw Mishap(number: 0) } } })
                    }
                    try requireEqual(
                        try call((100..<103).map { index in delayed { index } }),
                        [100, 101, 102],
                        "the next call"
                    )
                }
            },
        ]
    }()

    static let retries: [ConformanceCase] = {
        let family = Family("retries")
        return [
            ConformanceCase(family, "attempts", "a task that throws is run again, as often as retries says", [27]) {
                subject in
                for nJobs in [1, 3] {
                    let attempts = try subject.parallel(nJobs, retries: 2)
                        .map(0..<50) { index in
                            let attempt = TaskContext.current?.attempt ?? 0
                            if attempt < index % 3 + 1 { throw Mishap(number: index) }
                            return attempt
                        }
                    try requireEqual(attempts, (0..<50).map { $0 % 3 + 1 }, "the attempts, nJobs \(nJobs)")
                }
            },
            ConformanceCase(family, "exhausted", "one that throws each time fails with its last attempt", [27]) {
                subject in
                let failure = try requireThrows(TaskFailure.self, "a loop") {
                    try subject.parallel(2, retries: 2).forEach(0..<3) { if $0 == 1 { throw Mishap(number: 1) } }
                }
                try requireEqual(failure.attempt, 3, "the attempt")
                try requireEqual(failure.index, 1, "the index")
            },
        ]
    }()
}
