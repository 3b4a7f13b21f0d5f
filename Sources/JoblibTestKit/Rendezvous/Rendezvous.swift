// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCore
import JoblibPOSIX

/// A point that nobody passes before a given number of threads have come to it.
final class Meeting: Sendable {
    private let size: Int
    private let arrived = Monitor(0)

    init(of size: Int) {
        self.size = size
    }

    func attend() throws {
        self.arrived.update { $0 += 1 }
        try self.arrived.wait("a meeting of \(self.size) tasks") { [size = self.size] in $0 >= size }
    }
}

/// A gate that is shut until somebody opens it.
final class Gate: Sendable {
    private let isOpen = Monitor(false)

    func open() {
        self.isOpen.update { $0 = true }
    }

    func pass() throws {
        try self.isOpen.wait("the opening of a gate") { $0 }
    }
}

/// Counts, and lets others wait for a count.
final class Tally: Sendable {
    private let state = Monitor(0)

    var count: Int { self.state.value }

    func add(_ number: Int = 1) {
        self.state.update { $0 += number }
    }

    func reach(_ target: Int, _ what: String) throws {
        try self.state.wait("\(what), \(target) times,") { $0 >= target }
    }
}

/// How many threads are inside of a piece of code at once.
final class Occupancy: Sendable {
    private struct State {
        var current = 0
        var maximum = 0
    }

    private let state = Monitor(State())

    var maximum: Int { self.state.value.maximum }

    var current: Int { self.state.value.current }

    func during<R>(_ body: () throws -> R) rethrows -> R {
        self.state.update { state in
            state.current += 1
            state.maximum = max(state.maximum, state.current)
        }
        defer { self.state.update { $0.current -= 1 } }
        return try body()
    }
}

/// What threads have noted, in the order in which they did.
final class Recorder<Element: Sendable>: Sendable {
    private let state = Monitor<[Element]>([])

    var all: [Element] { self.state.value }

    func note(_ element: Element) {
        self.state.update { $0.append(element) }
    }
}

/// Blocks a task until its call is cancelled.
func waitUntilCancelled() throws {
    let start = MonotonicClock.now
    while TaskContext.current?.isCancelled == false {
        try require(MonotonicClock.now - start < 10_000_000_000, "a task was not cancelled within 10 s")
        SpinWait.aMoment()
    }
}

/// Runs a closure on several threads at once and waits for all of them.
func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) throws -> Void) throws {
    let ended = Tally()
    let errors = Recorder<any Error>()
    for index in 0..<count {
        try PlatformThread.start(name: "conformance") {
            do {
                try body(index)
            } catch {
                errors.note(error)
            }
            ended.add()
        }
    }
    try ended.reach(count, "the end of a thread")
    if let error = errors.all.first { throw error }
}

/// Runs an asynchronous closure to its end, in a task of its own, and blocks the calling thread meanwhile.
func inTask<R: Sendable>(_ body: @escaping @Sendable () async throws -> R) throws -> R {
    let outcome = Monitor<Result<R, any Error>?>(nil)
    Task {
        do {
            let result = try await body()
            outcome.update { $0 = .success(result) }
        } catch {
            outcome.update { $0 = .failure(error) }
        }
    }
    try outcome.wait("the end of an asynchronous call") { $0 != nil }
    return try outcome.value!.get()
}
