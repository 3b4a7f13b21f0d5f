// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Joblib
import Testing

@Suite("Results: one per task, whatever fails", .timeLimit(.minutes(1)))
struct ResultsTests {
    private static func tasks(_ count: Int) -> [Delayed<Int>] {
        let call = delayed { (index: Int) throws -> Int in
            if index.isMultiple(of: 3) { throw Mishap(number: index) }
            return index
        }
        return (0..<count).map { call($0) }
    }

    @Test("Every task has its result, in order", arguments: LoopCase.all, [0, 1, 2, 64, 200])
    func inOrder(_ loop: LoopCase, _ count: Int) throws {
        let tasks = Self.tasks(count)
        for results in try [loop.parallel().results(tasks), loop.parallel().results(tasks.lazy.map { $0 })] {
            #expect(results.count == count)
            for (index, result) in results.enumerated() {
                switch result {
                case .success(let output):
                    #expect(output == index)
                    #expect(!index.isMultiple(of: 3))
                case .failure(let failure):
                    #expect(failure.index == index)
                    #expect(failure.underlyingError as? Mishap == Mishap(number: index))
                    #expect(failure.arguments == "\(index)")
                    #expect(failure.reason == .threw)
                    #expect(index.isMultiple(of: 3))
                }
            }
        }
    }

    @Test("All tasks may fail", arguments: LoopCase.all)
    func allFail(_ loop: LoopCase) throws {
        let task = delayed { throw Mishap() }
        let results = try loop.parallel().results(Array(repeating: task, count: 50))
        #expect(results.count == 50)
        #expect(results.allSatisfy { (try? $0.get()) == nil })
    }

    @Test("A failure does not tell the other tasks to stop", arguments: LoopCase.threaded)
    func othersGoOn(_ loop: LoopCase) throws {
        let cancelled = try loop.parallel(batchSize: 1)
            .results(
                (0..<20)
                    .map { index in
                        delayed { () throws -> Bool? in
                            if index == 0 { throw Mishap() }
                            return TaskContext.current?.isCancelled
                        }
                    }
            )
        #expect(cancelled.dropFirst().allSatisfy { (try? $0.get()) == .some(false) })
    }

    @Test("Retries come first, and the last failure is the result", arguments: LoopCase.all)
    func retries(_ loop: LoopCase) throws {
        let attempts = Recorder<Int>()
        let task = delayed { () throws -> Int in
            let attempt = TaskContext.current?.attempt ?? 0
            attempts.note(attempt)
            if attempt < 3 { throw Mishap(number: attempt) }
            return attempt
        }
        #expect(try loop.parallel(retries: 2).results([task])[0].get() == 3)
        let failed = try taskFailure { try loop.parallel(retries: 1).results([task])[0].get() }
        #expect(failed.attempt == 2)
        #expect(failed.underlyingError as? Mishap == Mishap(number: 2))
        #expect(attempts.all == [1, 2, 3, 1, 2])
    }

    // MARK: - Ownership

    @Test("The results of a call that fails are released, each once", arguments: LoopCase.all)
    func releasedAfterFailure(_ loop: LoopCase) throws {
        let alive = Tally()
        let made = Tally()
        let make: @Sendable (Int) throws -> Tracked = { index in
            if index == 150 { throw Mishap() }
            made.add()
            return Tracked(alive)
        }
        let tasks = (0..<300).map { index in delayed { try make(index) } }
        #expect(throws: TaskFailure.self) { try loop.parallel().map(0..<300) { try make($0) } }
        #expect(throws: TaskFailure.self) { try loop.parallel()(tasks) }
        #expect(throws: TaskFailure.self) { try loop.parallel()(tasks.lazy.map { $0 }) }
        #expect(throws: TaskFailure.self) { try loop.parallel(batchSize: 7).map(0..<300) { try make($0) } }
        #expect(throws: TaskFailure.self) { try loop.parallel(retries: 1).map(0..<300) { try make($0) } }
        #expect(made.count > 0)
        #expect(alive.count == 0)
    }

    @Test("The results of a call that succeeds live as long as the list", arguments: LoopCase.all)
    func releasedAfterSuccess(_ loop: LoopCase) throws {
        let alive = Tally()
        do {
            let list = try loop.parallel().map(0..<300) { _ in Tracked(alive) }
            let lazily = try loop.parallel()((0..<200).lazy.map { _ in delayed { Tracked(alive) } })
            #expect(alive.count == 500)
            withExtendedLifetime((list, lazily)) {}
        }
        #expect(alive.count == 0)
    }

    @Test("What tasks capture is released when the call has ended", arguments: LoopCase.all)
    func capturesReleased(_ loop: LoopCase) throws {
        let alive = Tally()
        do {
            let tracked = Tracked(alive)
            _ = try loop.parallel().map(0..<50) { _ in withExtendedLifetime(tracked) { 1 } }
            _ = try? loop.parallel().map(0..<50) { _ in try withExtendedLifetime(tracked) { throw Mishap() } }
            _ = try loop.parallel()(repeatElement(delayed { withExtendedLifetime(tracked) { 1 } }, count: 50))
        }
        #expect(alive.count == 0)
    }
}

/// An object that counts how many of its kind there are; released twice, it would show as fewer than none.
private final class Tracked: Sendable {
    private let alive: Tally

    init(_ alive: Tally) {
        self.alive = alive
        alive.add()
    }

    deinit {
        self.alive.add(-1)
    }
}
