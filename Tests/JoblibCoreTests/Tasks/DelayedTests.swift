// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import JoblibCore

struct DelayedTests {
    @Test("Making a task and asking for its arguments runs nothing")
    func notRun() {
        let runs = Counter()
        let task = delayed { (_: Int) in runs.increase() }(1)
        #expect(task.argumentText == "1")
        let closure = delayed { runs.increase() }
        #expect(closure.argumentText == "")
        #expect(runs.value == 0)
    }

    @Test("A task runs its function with its arguments, each time it is run")
    func run() throws {
        let runs = Counter()
        let task = delayed { (a: Int, b: Int) in
            runs.increase()
            return a - b
        }(5, 3)
        #expect(try task.run() == 2)
        #expect(try task.run() == 2)
        #expect(runs.value == 2)
    }

    @Test("Every number of arguments keeps their order")
    func arities() throws {
        let tasks = [
            delayed { "" },
            delayed { (a: Int) in "\(a)" }(1),
            delayed { (a: Int, b: Int) in "\(a), \(b)" }(1, 2),
            delayed { (a: Int, b: Int, c: Int) in "\(a), \(b), \(c)" }(1, 2, 3),
            delayed { (a: Int, b: Int, c: Int, d: Int) in "\(a), \(b), \(c), \(d)" }(1, 2, 3, 4),
            delayed { (a: Int, b: Int, c: Int, d: Int, e: Int) in "\(a), \(b), \(c), \(d), \(e)" }(1, 2, 3, 4, 5),
            delayed { (a: Int, b: Int, c: Int, d: Int, e: Int, f: Int) in "\(a), \(b), \(c), \(d), \(e), \(f)" }(
                1,
                2,
                3,
                4,
                5,
                6
            ),
        ]
        for task in tasks { #expect(try task.run() == task.argumentText) }
        #expect(tasks.map(\.argumentText.count) == [0, 1, 4, 7, 10, 13, 16])
    }

    @Test("All arguments of a task together are at most 1,000 characters of text")
    func longArguments() {
        let text = String(repeating: "x", count: 600)
        #expect(delayed { (_: String, _: String, _: String) in }(text, text, text).argumentText.count == 1000)
    }

    @Test("What a task throws is thrown")
    func throwing() {
        let task = delayed { (_: Int) throws -> Int in throw CancellationError() }(1)
        #expect(throws: CancellationError.self) { try task.run() }
        #expect(task.argumentText == "1")
    }

    @Test("A function that has a portable twin makes the task itself")
    func portableTwin() throws {
        @Sendable func twin(_ number: Int) -> Delayed<Int> { delayed { number * 10 } }
        let task: Delayed<Int> = delayed(twin)(4)
        #expect(try task.run() == 40)
    }
}
