// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import Joblib
import Testing

/// Lists whose lazy input was formed in an actor's isolation: its closures trap on any other thread.
///
/// In children, since what would go wrong ends the process.
@Suite("Reading lazy input that was formed on an actor", .timeLimit(.minutes(1)))
struct IsolatedReadingTests {
    /// Input that only its actor may read, and what was seen of it.
    private final class Input {
        // Unprotected: whoever else read it would race.
        var reads = 0
        let finished = Tally()
        var farthest = 0

        func tasks(_ count: Int, _ body: @escaping @Sendable (Int) throws -> Void) -> some Sequence<Delayed<Int>> {
            (0..<count).lazy
                .map { index in
                    self.reads += 1
                    self.farthest = max(self.farthest, self.reads - self.finished.count)
                    return delayed { [finished = self.finished] in
                        defer { finished.add() }
                        try body(index)
                        return index
                    }
                }
        }
    }

    private actor Somebody {
        private var reads = 0

        func list(_ nJobs: Int) throws -> (outputs: [Int], reads: Int) {
            let tasks = (0..<200).lazy
                .map { index in
                    self.reads += 1
                    return delayed { index }
                }
            return (try Parallel(nJobs: nJobs).run(tasks), self.reads)
        }
    }

    @Test("Outputs come in order, with every parameter that changes how input is read")
    func outputs() async {
        await #expect(processExitsWith: .success) { try await Self.outputsOnMainActor() }
    }

    @MainActor
    private static func outputsOnMainActor() throws {
        for nJobs in [1, 2, 4, 16] {
            for loop in [
                Parallel(nJobs: nJobs), Parallel(nJobs: nJobs, preDispatch: 1),
                Parallel(nJobs: nJobs, preDispatch: .all), Parallel(nJobs: nJobs, batchSize: 3),
                Parallel(nJobs: nJobs, timeout: .seconds(50)), Parallel(nJobs: nJobs, retries: 1),
                Parallel(nJobs: nJobs, backend: "sequential"),
            ] {
                for count in [0, 1, 2, 1000] {
                    #expect(try loop.run(Input().tasks(count) { _ in }) == Array(0..<count))
                    let outcomes = try loop.results(Input().tasks(count) { if $0 == 1 { throw Mishap() } })
                    #expect(outcomes.compactMap { try? $0.get() } == (0..<count).filter { $0 != 1 })
                }
            }
        }
    }

    @Test("Any actor will do")
    func anyActor() async {
        await #expect(processExitsWith: .success) { try await Self.anyActorReads() }
    }

    private static func anyActorReads() async throws {
        for nJobs in [1, 2, 4] {
            let list = try await Somebody().list(nJobs)
            #expect(list.outputs == Array(0..<200))
            #expect(list.reads == 200)
        }
    }

    @Test("Input is read no further ahead than preDispatch")
    func bound() async {
        await #expect(processExitsWith: .success) { try await Self.boundOnMainActor() }
    }

    @MainActor
    private static func boundOnMainActor() throws {
        for window in [1, 2, 8] {
            let input = Input()
            let loop = Parallel(nJobs: 4, preDispatch: PreDispatch(window))
            #expect(try loop.run(input.tasks(500) { _ in sched_yield() }) == Array(0..<500))
            #expect(input.farthest <= window)
        }
    }

    @Test("nJobs tasks run at once and never more, be they short or long")
    func atOnce() async {
        await #expect(processExitsWith: .success) { try await Self.atOnceOnMainActor() }
    }

    @MainActor
    private static func atOnceOnMainActor() throws {
        for nJobs in [2, 4] {
            let (running, meetings) = (Occupancy(), (0..<20).map { _ in Meeting(of: nJobs) })
            let tasks = Input()
                .tasks(20 * nJobs) { index in
                    try running.during {
                        try meetings[index / nJobs].attend()
                        // Long enough that the caller gives up working.
                        usleep(2000)
                    }
                }
            #expect(try Parallel(nJobs: nJobs).run(tasks) == Array(0..<20 * nJobs))
            #expect(running.maximum == nJobs)
        }
    }

    @Test("One long task keeps nobody else from working")
    func longTask() async {
        await #expect(processExitsWith: .success) { try await Self.longTaskOnMainActor() }
    }

    @MainActor
    private static func longTaskOnMainActor() throws {
        // The others are more than may be read ahead of the long one, wherever that runs, but for one: two long ones
        // in a row are what it takes for the caller to give up working.
        let others = Tally()
        let tasks = Input()
            .tasks(100) { index in
                if index == 30 { try others.reach(90) } else { others.add() }
                usleep(2000)
            }
        #expect(try Parallel(nJobs: 2).run(tasks) == Array(0..<100))
    }

    @Test("The first failure ends the call, and nothing is read or runs afterwards")
    func failure() async {
        await #expect(processExitsWith: .success) { try await Self.failureOnMainActor() }
    }

    @MainActor
    private static func failureOnMainActor() throws {
        let (input, running) = (Input(), Tally())
        let failed = try taskFailure {
            try Parallel(nJobs: 4)
                .run(
                    input.tasks(1_000_000) { index in
                        running.add()
                        defer { running.add(-1) }
                        if index == 50 { throw Mishap(number: 50) }
                    }
                )
        }
        #expect(failed.index == 50)
        #expect(running.count == 0)
        #expect(input.reads < 1_000_000)
    }

    @Test("A scope that is interrupted ends the reading")
    func interrupted() async {
        await #expect(processExitsWith: .success) { try await Self.interruptedOnMainActor() }
    }

    @MainActor
    private static func interruptedOnMainActor() throws {
        let error = try refusal {
            try cancellingOnInterrupt {
                try Parallel(nJobs: 2)
                    .run(Input().tasks(1_000_000) { if $0 == 100 { kill(getpid(), SIGINT) } })
            }
        }
        #expect(error.code == .cancelled)
        #expect(error.completedResults(of: Int.self).count >= 50)
    }
}
