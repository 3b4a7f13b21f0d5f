// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCore
import JoblibPOSIX

/// Portable tasks that throw, take too long, are not wanted any more, or end their process.
extension ConformanceCase {
    static let portableFailures: [ConformanceCase] = {
        let family = Family("portableFailures")
        return [
            ConformanceCase(
                family,
                "errors",
                "the error of a portable task arrives as itself, with the task's index and arguments",
                [16, 23],
                needs: []
            ) { subject in
                for nJobs in [1, 3] {
                    let tasks = (0..<60).map { Delayed(Unlucky(number: $0, luckyAttempt: $0 == 41 ? nil : 1)) }
                    let call = subject.parallel(nJobs)
                    for failure in [
                        try requireThrows(TaskFailure.self, "an array") { try call(tasks) },
                        try requireThrows(TaskFailure.self, "a list") { try call(tasks.lazy.map { $0 }) },
                    ] {
                        try requireEqual(failure.index, 41, "the index")
                        try requireEqual(failure.reason, .threw, "the reason")
                        try requireEqual(failure.underlyingError as? PortableMishap, .init(number: 41), "the error")
                        try require(failure.arguments.hasPrefix("41"), "the arguments: \(failure.arguments)")
                    }
                    let outcomes = try call.results(tasks)
                    try requireEqual(outcomes.count { (try? $0.get()) != nil }, 59, "outputs beside one failure")
                }
            },
            ConformanceCase(
                family,
                "streams",
                "a stream of portable tasks yields what comes before the failure, and throws that",
                [23],
                needs: []
            ) { subject in
                let tasks = (0..<40).map { Delayed(Unlucky(number: $0, luckyAttempt: $0 == 17 ? nil : 1)) }
                let stream = try subject.parallel(3)(tasks, returnAs: .generator)
                var count = 0
                let failure = try requireThrows(TaskFailure.self, "the stream") {
                    while try stream.next() != nil { count += 1 }
                }
                try requireEqual(count, 17, "outputs before the failure")
                try requireEqual(failure.index, 17, "the index")
            },
            ConformanceCase(
                family,
                "retries",
                "a portable task that throws is run again as often as retries says",
                [27],
                needs: []
            ) { subject in
                let outputs =
                    try subject.parallel(2, retries: 2)(
                        (0..<20).map { Delayed(Unlucky(number: $0, luckyAttempt: 1 + $0 % 3)) }
                    )
                try requireEqual(outputs, (0..<20).map { 1 + $0 % 3 }, "the attempts")
                let failure = try requireThrows(TaskFailure.self, "a hopeless task") {
                    try subject.parallel(2, retries: 1)([Delayed(Unlucky(number: 1, luckyAttempt: 3))])
                }
                try requireEqual(failure.attempt, 2, "the attempt")
            },
            ConformanceCase(
                family,
                "timeouts",
                "a portable task that is stuck is failed in time, and the others complete",
                [29],
                needs: [.workers]
            ) { subject in
                let outcomes = try subject.parallel(2, timeout: .milliseconds(500))
                    .results((0..<10).map { Delayed(Stuck(number: $0)) })
                for (index, outcome) in outcomes.enumerated() {
                    switch outcome {
                    case .success(let output): try requireEqual(output, index, "an output")
                    case .failure(let failure):
                        try requireEqual(index, 3, "the task that failed")
                        try requireEqual(failure.reason, .timedOut, "the reason")
                    }
                }
                try require((try? outcomes[3].get()) == nil, "the task that is stuck returned")
            },
            ConformanceCase(
                family,
                "cancelled",
                "letting go of a stream of portable tasks, or cancelling their caller, ends the call soon",
                [15, 24, 25, 26, 42],
                needs: [.workers]
            ) { subject in
                let start = MonotonicClock.now
                for _ in 0..<3 {
                    let tasks = (0..<1_000).map { _ in Delayed(Waiting(milliseconds: 60_000)) }
                    _ = try subject.parallel(2)(tasks, returnAs: .generator)
                    let call = Task { try await subject.parallel(2).run(tasks) }
                    call.cancel()
                    let outcome = try inTask { await call.result }
                    try require((try? outcome.get()) == nil, "a call that was cancelled has returned")
                }
                // Not after the minute that a task takes: told in time, or given up, each within ten seconds.
                try require(MonotonicClock.now - start < 50_000_000_000, "it took a minute")
            },
            ConformanceCase(
                family,
                "crashes",
                "a task that ends its process is named, and is the only one that fails",
                [16, 36, 37, 41],
                needs: [.workers, .crashes],
                timeLimit: .seconds(60)
            ) { subject in
                for size in [BatchSize.auto, 1, 5] {
                    let call = subject.parallel(2, batchSize: size)
                    let outcomes = try call.results((0..<20).map { Delayed(Crashing(number: $0, crashing: [2, 11])) })
                    for (index, outcome) in outcomes.enumerated() {
                        switch outcome {
                        case .success(let output): try requireEqual(output, index, "an output")
                        case .failure(let failure):
                            try require([2, 11].contains(index), "task \(index) has failed: \(failure)")
                            try requireEqual(failure.index, index, "the index of a failure")
                            try requireEqual(failure.reason, .terminated(signal: 6), "the reason")
                        }
                    }
                    try requireEqual(outcomes.count { (try? $0.get()) == nil }, 2, "failures")
                }
                let tried =
                    try subject.parallel(2, retries: 1)(
                        (0..<6).map { Delayed(Crashing(number: $0, crashing: [4], untilAttempt: 2)) }
                    )
                try requireEqual(tried, Array(0..<6), "outputs with a second attempt")
            },
            ConformanceCase(
                family,
                "killed",
                "a worker that is told to end does so whatever its task does",
                [38],
                needs: [.workers, .crashes]
            ) { subject in
                let failure = try requireThrows(TaskFailure.self, "a task that is stuck") {
                    try subject.parallel(2, timeout: .milliseconds(300))((0..<4).map { Delayed(Stuck(number: $0)) })
                }
                try requireEqual(failure.index, 3, "the index")
                try requireEqual(failure.reason, .timedOut, "the reason")
            },
        ]
    }()
}
