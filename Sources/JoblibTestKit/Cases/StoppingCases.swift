// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCore
import JoblibPOSIX

/// Calls that are cancelled, and tasks that run out of time.
extension ConformanceCase {
    static let cancellation: [ConformanceCase] = {
        let family = Family("cancellation")
        let needs: Needs = [.closures, .sharedMemory, .workers]
        return [
            ConformanceCase(
                family,
                "task",
                "cancelling the task that called ends the call, once nothing of it runs",
                [15, 24, 26],
                needs: needs
            ) { subject in
                for nJobs in [1, 2, 4] {
                    let (started, running) = (Tally(), Occupancy())
                    let call = Task {
                        try await subject.parallel(nJobs, batchSize: 1)
                            .forEach(0..<100_000) { _ in
                                started.add()
                                try running.during { try waitUntilCancelled() }
                            }
                    }
                    try started.reach(nJobs, "the start of a task")
                    call.cancel()
                    let error = try inTask { () async throws -> (any Error)? in
                        do {
                            try await call.value
                            return nil
                        } catch {
                            return error
                        }
                    }
                    try require(error is CancellationError, "it threw \(String(describing: error))")
                    try requireEqual(running.current, 0, "tasks at work afterwards")
                    try requireEqual(started.count, nJobs, "tasks that began")
                }
            },
            ConformanceCase(
                family,
                "stream",
                "letting go of a stream stops it",
                [15, 26, 28],
                needs: needs
            ) { subject in
                let (started, cancelled) = (Tally(), Tally())
                do {
                    let tasks = (0..<100_000).lazy
                        .map { _ in
                            delayed {
                                started.add()
                                try waitUntilCancelled()
                                cancelled.add()
                            }
                        }
                    let stream = try subject.parallel(2)(tasks, returnAs: .generator)
                    try started.reach(2, "the start of a task")
                    _ = stream
                }
                try cancelled.reach(2, "the end of a task")
                try requireEqual(started.count, 2, "tasks that began")
            },
            ConformanceCase(
                family,
                "pool",
                "a pool goes on working after one of its calls was cancelled",
                [16],
                needs: needs
            ) { subject in
                try subject.parallel(2)
                    .withPool { pool in
                        for _ in 0..<5 {
                            let started = Tally()
                            let call = Task {
                                try await pool.forEach(0..<100) { _ in
                                    started.add()
                                    try waitUntilCancelled()
                                }
                            }
                            try started.reach(1, "the start of a task")
                            call.cancel()
                            try inTask { _ = await call.result }
                            try requireEqual(try pool.map(0..<10) { $0 }, Array(0..<10), "the next call of the pool")
                        }
                    }
            },
        ]
    }()

    static let timeouts: [ConformanceCase] = {
        let family = Family("timeouts")
        let needs: Needs = [.closures, .sharedMemory, .workers]
        return [
            ConformanceCase(
                family,
                "quick",
                "under a time limit the caller waits, and every task is run by a worker",
                [6, 8],
                needs: [.closures, .workers]
            ) { subject in
                for nJobs in [1, 2, 4] {
                    let call = subject.parallel(nJobs, timeout: .seconds(20))
                    try requireEqual(try call.map(0..<300) { $0 }, Array(0..<300), "map, nJobs \(nJobs)")
                    let list = try call((0..<300).lazy.map { index in delayed { index } })
                    try requireEqual(list, Array(0..<300), "a list, nJobs \(nJobs)")
                    let mapped = try inTask { try await call.map(0..<50) { $0 } }
                    try requireEqual(mapped, Array(0..<50), "an asynchronous map, nJobs \(nJobs)")
                    let listed = try inTask { try await call.run((0..<50).lazy.map { index in delayed { index } }) }
                    try requireEqual(listed, Array(0..<50), "an asynchronous list, nJobs \(nJobs)")
                }
            },
            ConformanceCase(
                family,
                "bodies",
                "so are asynchronous bodies",
                [6, 8],
                needs: needs
            ) { subject in
                for nJobs in [1, 2, 4] {
                    let call = subject.parallel(nJobs, timeout: .seconds(20))
                    let bodies = try inTask {
                        try await call.map(0..<50) { index in
                            await Task.yield()
                            return index
                        }
                    }
                    try requireEqual(bodies, Array(0..<50), "asynchronous bodies, nJobs \(nJobs)")
                }
            },
            ConformanceCase(
                family,
                "stuck",
                "a task that is stuck is failed in time, and the others complete",
                [12, 14, 29],
                needs: needs
            ) { subject in
                for nJobs in [1, 2] {
                    let gate = Gate()
                    defer { gate.open() }
                    let tasks = (0..<20)
                        .map { index in
                            delayed { () throws -> Int in
                                if index == 3 { try gate.pass() }
                                return index
                            }
                        }
                    let start = MonotonicClock.now
                    let outcomes = try subject.parallel(nJobs, timeout: .milliseconds(200)).results(tasks)
                    try require(MonotonicClock.now - start < 5_000_000_000, "it took longer than 5 s")
                    for (index, outcome) in outcomes.enumerated() {
                        switch outcome {
                        case .success(let output): try requireEqual(output, index, "an output")
                        case .failure(let failure):
                            try requireEqual(index, 3, "the index of a failure")
                            try requireEqual(failure.reason, .timedOut, "its reason")
                        }
                    }
                }
            },
            ConformanceCase(
                family,
                "lost",
                "a pool whose workers are all stuck in tasks that were given up serves the next call",
                [14, 16, 29],
                needs: needs
            ) { subject in
                let gate = Gate()
                defer { gate.open() }
                try subject.parallel(2, timeout: .milliseconds(100))
                    .withPool { pool in
                        let stuck = (0..<2).map { _ in delayed { try gate.pass() } }
                        let outcomes = try pool.results(stuck)
                        try require(outcomes.allSatisfy { (try? $0.get()) == nil }, "a stuck task returned")
                        let start = MonotonicClock.now
                        let next = (0..<4).map { index in delayed { index } }
                        try requireEqual(try pool(next), [0, 1, 2, 3], "the next call")
                        try require(MonotonicClock.now - start < 5_000_000_000, "the next call took longer than 5 s")
                    }
            },
            ConformanceCase(
                family,
                "nested",
                "loops with a time limit inside of every worker's task find workers, too",
                [12, 14, 29],
                needs: needs
            ) { subject in
                let (meeting, total) = (Meeting(of: 3), Tally())
                try subject.parallel(3, batchSize: 1)
                    .forEach(0..<3) { _ in
                        // Each worker is in a task, which now waits for another batch.
                        try meeting.attend()
                        try subject.parallel(3, timeout: .seconds(20)).forEach(0..<10) { _ in total.add() }
                    }
                try requireEqual(total.count, 30, "inner tasks")
                // All in one session, whose threads are all in tasks that wait for another batch of it.
                try subject.parallel(3, timeout: .seconds(20))
                    .withPool { pool in
                        let meeting = Meeting(of: 3)
                        try pool.forEach(0..<3) { _ in
                            try meeting.attend()
                            try pool.forEach(0..<10) { _ in total.add() }
                            let tasks = (0..<10).map { _ in delayed { total.add() } }
                            let stream = try pool(tasks, returnAs: .generatorUnordered)
                            while try stream.next() != nil {}
                        }
                    }
                try requireEqual(total.count, 90, "inner tasks")
            },
        ]
    }()
}
