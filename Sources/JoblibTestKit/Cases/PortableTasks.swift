// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCore
internal import JoblibPOSIX

// The tasks of the cases that any backend can run.

struct Doubled: PortableTask {
    var number: Int
    func run() throws -> Int { self.number * 2 }
}

struct Described: PortableTask {
    var numbers: [Int]
    func run() throws -> [String] { self.numbers.map { "no. \($0)" } }
}

struct Reversed: PortableTask {
    var values: [Double]
    func run() throws -> [Double] { self.values.reversed() }
}

struct Drawn: PortableTask {
    func run() throws -> [UInt64] {
        guard let context = TaskContext.current else { return [] }
        return (0..<3).map { _ in context.randomNumberGenerator.next() }
    }
}

/// Where a task is, as it sees it.
struct Whereabouts: PortableTask {
    func run() throws -> [Int] {
        guard let context = TaskContext.current else { return [] }
        return [context.index, context.attempt, context.workerIndex]
    }
}

/// Throws until a given attempt, and always where there is none.
struct Unlucky: PortableTask {
    var number: Int
    var luckyAttempt: Int?

    func run() throws -> Int {
        let attempt = TaskContext.current?.attempt ?? 0
        guard let lucky = self.luckyAttempt, attempt >= lucky else { throw PortableMishap(number: self.number) }
        return attempt
    }
}

struct PortableMishap: Error, Codable, Equatable {
    var number: Int
}

struct Table: PortableTask {
    var rows: Int
    func run() throws -> [Int] {
        let rows = self.rows
        // A program may have no threads of ours.
        let hasThreads = registeredParallelBackends().contains("threading")
        let call = Parallel(nJobs: 3, backend: hasThreads ? nil : "sequential")
        return try call((0..<rows).map { row in delayed { row * rows } })
    }
}

/// Takes its time, unless it is cancelled.
struct Waiting: PortableTask {
    var milliseconds: Int
    func run() throws -> Int {
        let end = MonotonicClock.now + UInt64(self.milliseconds) * 1_000_000
        while MonotonicClock.now < end, TaskContext.current?.isCancelled == false { SpinWait.aMoment() }
        return self.milliseconds
    }
}

/// Never returns.
struct Stuck: PortableTask {
    var number: Int
    func run() throws -> Int {
        while self.number == 3 { SpinWait.aMoment() }
        return self.number
    }
}

/// Ends its process.
struct Crashing: PortableTask {
    var number: Int
    var crashing: Set<Int>
    var untilAttempt = Int.max

    func run() throws -> Int {
        let attempt = TaskContext.current?.attempt ?? 0
        if self.crashing.contains(self.number), attempt < self.untilAttempt { ProcessExit.abort() }
        return self.number
    }
}
