// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import JoblibCore
import JoblibWire
import Synchronization
import Testing

/// Workers that are counted, and may become more at any time; each batch has a thread of its own.
private final class Fleet: ShippingBackend {
    struct State {
        var count: Int
        var error: (any Error)?
        var askedFor = 0
        var opened: [Int] = []
        var listeners: [@Sendable () -> Void] = []
    }

    let state: Mutex<State>

    init(_ count: Int, error: (any Error)? = nil) { self.state = Mutex(State(count: count, error: error)) }

    let displayName = "Fleet"

    var taskCoder: any TaskCoder { BinaryCoder(trust: .none) }

    var capabilities: BackendCapabilities {
        var capabilities = BackendCapabilities()
        capabilities.reach = .elsewhere
        capabilities.isElastic = true
        capabilities.defaultNJobs = -1
        return capabilities
    }

    func countWorkers() throws -> Int? {
        try self.state.withLock { state in
            state.askedFor += 1
            if let error = state.error { throw error }
            return state.count
        }
    }

    func open(_ request: OpenRequest) throws -> any WorkerSession {
        self.state.withLock { state in
            state.opened.append(request.workers)
            state.listeners.append(request.workersChanged)
        }
        return FleetSession(self, limit: request.workers)
    }

    func grow(to count: Int) {
        let listeners = self.state.withLock { state in
            state.count = count
            return state.listeners
        }
        for listener in listeners { listener() }
    }

    var opened: [Int] { self.state.withLock { $0.opened } }
    var askedFor: Int { self.state.withLock { $0.askedFor } }
}

private final class FleetSession: WorkerSession {
    private let fleet: Fleet
    private let limit: Int

    init(_ fleet: Fleet, limit: Int) {
        self.fleet = fleet
        self.limit = limit
    }

    var workers: Int { min(max(1, self.fleet.state.withLock { $0.count }), self.limit) }

    func submit(_ batch: Batch) throws {
        Thread.detachNewThread {
            do {
                try PortableWorker.execute(
                    batch.payload,
                    coder: BinaryCoder(trust: .none),
                    workerIndex: 0,
                    isCancelled: { false },
                    overrun: {},
                    send: { batch.accept($0) }
                )
                batch.finish()
            } catch {
                batch.fail(error)
            }
        }
    }
}

/// How many tasks are at work at once, by name; these workers are threads of this process.
struct Crowd: PortableTask {
    private static let arrivals = Mutex<[String: Int]>([:])

    static func count(_ name: String) -> Int { self.arrivals.withLock { $0[name] ?? 0 } }

    var name: String
    var index: Int
    var size: Int

    /// Waits until so many have come; false when they do not within 20 s.
    func run() throws -> Bool {
        Self.arrivals.withLock { $0[self.name, default: 0] += 1 }
        return wait { Self.count(self.name) >= self.size }
    }
}

/// Waits for what others do.
private func wait(for condition: () -> Bool) -> Bool {
    let deadline = Date(timeIntervalSinceNow: 20)
    while !condition() {
        if Date() > deadline { return false }
        Thread.sleep(forTimeInterval: 0.001)
    }
    return true
}

/// A number, by a loop that asks for all workers.
struct Inner: PortableTask {
    var number: Int
    func run() throws -> Int { try Parallel(nJobs: -1).map(0..<3) { $0 }.reduce(self.number, +) }
}

@Suite("Backends that count their workers", .timeLimit(.minutes(1)))
struct CountedWorkersTests {
    private let tasks = (0..<4).map { Delayed(Square(number: $0)) }

    @Test("Unset nJobs, and -1, open all workers that there are and that come", arguments: [nil, -1] as [Int?])
    func all(nJobs: Int?) throws {
        let fleet = Fleet(3)
        #expect(try Parallel(nJobs: nJobs, backend: .instance(fleet))(self.tasks) == [0, 1, 4, 9])
        #expect(fleet.opened == [.max])
        #expect(fleet.askedFor > 0)
    }

    @Test("-2 is one less than there are, and never none", arguments: [(4, 3), (2, 1), (1, 1), (0, 1)])
    func allButOne(count: Int, expected: Int) throws {
        let fleet = Fleet(count)
        let call = Parallel(nJobs: -2, backend: .instance(fleet))
        #expect(try call(self.tasks) == [0, 1, 4, 9])
        // One job may need no session of its own; more are opened as they are.
        #expect(fleet.opened.allSatisfy { $0 == expected })
        #expect(expected == 1 || !fleet.opened.isEmpty)
    }

    @Test("It is asked before each call, since there may be others by then")
    func eachCall() throws {
        let fleet = Fleet(4)
        let call = Parallel(nJobs: -2, backend: .instance(fleet))
        _ = try call(self.tasks)
        fleet.grow(to: 6)
        _ = try call(self.tasks)
        #expect(fleet.opened == [3, 5])
    }

    @Test("A number of jobs is what it is, and nobody is asked")
    func number() throws {
        let fleet = Fleet(1)
        #expect(try Parallel(nJobs: 2, backend: .instance(fleet))(self.tasks) == [0, 1, 4, 9])
        #expect(fleet.opened == [2])
        #expect(fleet.askedFor == 0)
    }

    @Test("A loop inside of a task has the budget of the outermost one, and does not ask")
    func inside() throws {
        let (flat, nested) = (Fleet(2), Fleet(2))
        _ = try Parallel(backend: .instance(flat))(self.tasks)
        #expect(try Parallel(backend: .instance(nested))((0..<4).map { Delayed(Inner(number: $0)) }) == [3, 4, 5, 6])
        #expect(nested.askedFor == flat.askedFor)
    }

    @Test("What counting throws the call throws, with the name of the backend")
    func throwing() throws {
        let none = Fleet(0, error: ParallelError(.noWorkers, "2 were to come, and none came"))
        let error = try #require(throws: ParallelError.self) { try Parallel(backend: .instance(none))(self.tasks) }
        #expect(error.code == .noWorkers)
        #expect(error.detail == "Fleet could not count its workers: 2 were to come, and none came")
        let broken = Fleet(0, error: Gone())
        let other = try #require(throws: ParallelError.self) { try Parallel(backend: .instance(broken))(self.tasks) }
        #expect(other.code == .startupFailed)
        #expect(none.opened.isEmpty && broken.opened.isEmpty)
    }

    @Test("A call that takes all workers uses those that come while it runs")
    func growth() throws {
        let fleet = Fleet(1)
        let tasks = (0..<4).map { Delayed(Crowd(name: "growth", index: $0, size: 3)) }
        Thread.detachNewThread {
            _ = wait { Crowd.count("growth") > 0 }
            fleet.grow(to: 3)
        }
        #expect(try Parallel(backend: .instance(fleet), batchSize: 1)(tasks) == [true, true, true, true])
    }

    @Test("One that takes some does not")
    func noGrowth() throws {
        let fleet = Fleet(8)
        let tasks = (0..<20).map { Delayed(Square(number: $0)) }
        #expect(try Parallel(nJobs: 3, backend: .instance(fleet))(tasks) == (0..<20).map { $0 * $0 })
        #expect(fleet.opened == [3])
    }

    @Test("What a stream reads ahead of its consumer follows the number of workers")
    func window() throws {
        let fleet = Fleet(1)
        let reads = Counter()
        let input = (0..<50).lazy
            .map { number in
                reads.add()
                return Delayed(Square(number: number))
            }
        let call = Parallel(backend: .instance(fleet), preDispatch: "2 * n_jobs", batchSize: 1)
        let stream = try call(input, returnAs: .generator)
        #expect(wait { reads.value == 2 })
        fleet.grow(to: 3)
        #expect(wait { reads.value == 6 })
        var outputs: [Int] = []
        while let output = try stream.next() { outputs.append(output) }
        #expect(outputs == (0..<50).map { $0 * $0 })
    }
}
