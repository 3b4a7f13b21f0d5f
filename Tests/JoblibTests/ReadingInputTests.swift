// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import Joblib
import Testing

/// Input that counts how far it is read ahead of the tasks that have finished.
private final class CountedInput: Sendable {
    let reads = Tally()
    let finished = Tally()
    private let farthest = Monitor(0)
    private let reading = Occupancy()

    /// The most tasks that were read and had not finished, in the moment of a read.
    var ahead: Int { self.farthest.value }

    /// The most reads that were under way at once.
    var readsAtOnce: Int { self.reading.maximum }

    func tasks(
        _ range: Range<Int>,
        _ body: @escaping @Sendable (Int) throws -> Void = { _ in }
    ) -> some Sequence<Delayed<Int>> {
        range.lazy.map { index in
            self.reading.during {
                let ahead = self.reads.add() - self.finished.count
                self.farthest.update { $0 = max($0, ahead) }
                sched_yield()
                return delayed {
                    try body(index)
                    self.finished.add()
                    return index
                }
            }
        }
    }
}

@Suite("Reading the input", .timeLimit(.minutes(1)))
struct ReadingInputTests {
    struct Window: Sendable, CustomTestStringConvertible {
        let nJobs: Int
        let preDispatch: PreDispatch
        let batchSize: BatchSize

        /// How many tasks may have been read and not have finished.
        let bound: Int

        var testDescription: String { "nJobs \(self.nJobs), preDispatch \(self.preDispatch), batch \(self.batchSize)" }
    }

    static let windows = [
        Window(nJobs: 2, preDispatch: "2*n_jobs", batchSize: .auto, bound: 4),
        Window(nJobs: 4, preDispatch: "2*n_jobs", batchSize: .auto, bound: 8),
        Window(nJobs: 16, preDispatch: "2*n_jobs", batchSize: .auto, bound: 32),
        Window(nJobs: 2, preDispatch: 6, batchSize: .auto, bound: 6),
        Window(nJobs: 4, preDispatch: 1, batchSize: .auto, bound: 1),
        Window(nJobs: 16, preDispatch: 3, batchSize: .auto, bound: 3),
        Window(nJobs: 4, preDispatch: "1.5*n_jobs", batchSize: .auto, bound: 6),
        Window(nJobs: 2, preDispatch: "2*n_jobs", batchSize: 5, bound: 20),
        Window(nJobs: 4, preDispatch: 2, batchSize: 7, bound: 14),
        Window(nJobs: 4, preDispatch: 1, batchSize: 10, bound: 10),
    ]

    @Test("Lazy input is read no further ahead than preDispatch batches", arguments: windows)
    func bound(_ window: Window) throws {
        let input = CountedInput()
        let parallel = Parallel(nJobs: window.nJobs, preDispatch: window.preDispatch, batchSize: window.batchSize)
        #expect(try parallel(input.tasks(0..<500) { _ in sched_yield() }) == Array(0..<500))
        #expect(input.ahead <= window.bound)
        #expect(input.reads.count == 500)
    }

    @Test("With a bound of one, one task runs at a time", arguments: [1, 2, 4, 16])
    func oneAtATime(_ nJobs: Int) throws {
        let (input, occupancy) = (CountedInput(), Occupancy())
        _ = try Parallel(nJobs: nJobs, preDispatch: 1)(
            input.tasks(0..<200) { _ in occupancy.during { _ = sched_yield() } }
        )
        #expect(occupancy.maximum == 1)
        #expect(input.ahead == 1)
    }

    @Test("One job reads one task at a time", arguments: ["threading", "sequential"])
    func oneJob(_ backend: String) throws {
        let input = CountedInput()
        _ = try Parallel(nJobs: 1, backend: .named(backend))(input.tasks(0..<100))
        #expect(input.ahead == 1)
    }

    @Test(".all is no bound: batches are filled before their first task runs")
    func all() throws {
        let input = CountedInput()
        _ = try Parallel(nJobs: 2, preDispatch: .all, batchSize: 50)(input.tasks(0..<500))
        #expect(input.ahead >= 50)
        #expect(input.reads.count == 500)
    }

    @Test("Input is never read by two threads at once", arguments: LoopCase.threaded)
    func readsDoNotOverlap(_ loop: LoopCase) throws {
        for batchSize in [BatchSize.auto, 1, 3] {
            let input = CountedInput()
            _ = try loop.parallel(batchSize: batchSize)(input.tasks(0..<500))
            #expect(input.readsAtOnce == 1)
        }
    }

    @Test("A lazy collection is read like any lazy input, never by two threads at once")
    func lazyCollection() throws {
        let reading = Occupancy()
        let tasks = Array(0..<500).lazy
            .map { index in
                reading.during {
                    sched_yield()
                    return delayed { index }
                }
            }
        #expect(try Parallel(nJobs: 8)(tasks) == Array(0..<500))
        #expect(reading.maximum == 1)
    }

    @Test("An array of tasks is not read: preDispatch does not hold its tasks back")
    func arrayIsNotRead() throws {
        let meeting = Meeting(of: 4)
        let tasks = Array(repeating: delayed { try meeting.attend() }, count: 4)
        #expect(try Parallel(nJobs: 4, preDispatch: 1)(tasks).count == 4)
    }

    @Test("Nothing is read after the call has failed", arguments: LoopCase.all)
    func stopsReading(_ loop: LoopCase) throws {
        let input = CountedInput()
        let error = try taskFailure {
            try loop.parallel()(input.tasks(0..<1_000_000) { if $0 == 20 { throw Mishap() } })
        }
        #expect(error.index == 20)
        let reads = input.reads.count
        // Others may read on until the failure has happened, and that is all: not a millionth of what is left.
        #expect(reads < 1_000_000)
        #expect(try loop.parallel()(CountedInput().tasks(0..<100)) == Array(0..<100))
        #expect(input.reads.count == reads)
    }

    @Test("The input is let go when the call ends, with and without an error", arguments: LoopCase.all)
    func inputIsReleased(_ loop: LoopCase) throws {
        weak let input: CountedInput?
        do {
            let strong = CountedInput()
            input = strong
            _ = try loop.parallel()(strong.tasks(0..<50))
            _ = try? loop.parallel()(strong.tasks(0..<50) { if $0 == 9 { throw Mishap() } })
        }
        #expect(input == nil)
    }

    @Test("TaskContext is nil while input is read", arguments: LoopCase.all)
    func noContextWhileReading(_ loop: LoopCase) throws {
        let contexts = Recorder<Bool>()
        let tasks = (0..<50).lazy
            .map { index in
                contexts.note(TaskContext.current == nil)
                return delayed { index }
            }
        _ = try loop.parallel()(tasks)
        #expect(contexts.all == Array(repeating: true, count: 50))
    }
}
