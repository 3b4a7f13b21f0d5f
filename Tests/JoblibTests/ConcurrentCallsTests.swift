// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Joblib
import Testing

/// A few for a call and those that were on their way back when the next one came; a thread for each call would be thousands.
private let enoughThreads = 50

@Suite("Many calls", .timeLimit(.minutes(1)))
struct ConcurrentCallsTests {
    @Test("Eight threads may call one value at once", arguments: LoopCase.all)
    func oneValue(_ loop: LoopCase) {
        let parallel = loop.parallel()
        let (right, meeting) = (Tally(), Meeting(of: 8))
        inThreads(8) { thread in
            for round in 0..<20 {
                do {
                    if round == 0 { try meeting.attend() }
                    let offset = 1000 * thread
                    let mapped = try parallel.map(0..<50) { $0 + offset }
                    let listed = try parallel((0..<50).lazy.map { index in delayed { index + offset } })
                    let expected = (0..<50).map { $0 + offset }
                    if mapped == expected, listed == expected { right.add() }
                } catch {}
            }
        }
        #expect(right.count == 160)
    }

    @Test("Two calls on one value are under way at the same time")
    func atTheSameTime() {
        let parallel = Parallel(nJobs: 2)
        let (meeting, succeeded) = (Meeting(of: 4), Tally())
        inThreads(2) { _ in
            if (try? parallel.forEach(0..<2) { _ in try meeting.attend() }) != nil { succeeded.add() }
        }
        #expect(succeeded.count == 2)
    }

    @Test("The failure of one call does not touch another on the same value")
    func failureApart() {
        let parallel = Parallel(nJobs: 4)
        let (right, meeting) = (Tally(), Meeting(of: 8))
        inThreads(8) { thread in
            try? meeting.attend()
            for _ in 0..<50 {
                let outputs = try? parallel.map(0..<50) { index in
                    if thread.isMultiple(of: 2), index == 25 { throw Mishap() }
                    return index
                }
                if outputs == (thread.isMultiple(of: 2) ? nil : Array(0..<50)) { right.add() }
            }
        }
        #expect(right.count == 400)
    }

    @Test("Ten thousand calls in a row do not need ever more threads")
    func threadsAreKept() async {
        await #expect(processExitsWith: .success) {
            let parallel = Parallel(nJobs: 4)
            let total = Tally()
            for _ in 0..<10_000 {
                try parallel.forEach(0..<4) { _ in total.add() }
            }
            #expect(total.count == 40_000)
            #expect(ThisProcess.libraryThreads <= enoughThreads)
        }
    }

    @Test("Ten thousand lists in a row do not need ever more threads")
    func threadsAreKeptByLists() async {
        await #expect(processExitsWith: .success) {
            let parallel = Parallel(nJobs: 4)
            var total = 0
            for _ in 0..<5_000 {
                total += try parallel([delayed { 1 }, delayed { 2 }]).reduce(0, +)
                total += try parallel((0..<2).lazy.map { index in delayed { index } }).reduce(0, +)
            }
            #expect(total == 20_000)
            #expect(ThisProcess.libraryThreads <= enoughThreads)
        }
    }

    @Test("A thousand calls with a time limit do not need ever more threads")
    func threadsAreKeptWithTimeout() async {
        await #expect(processExitsWith: .success) {
            let parallel = Parallel(nJobs: 2, timeout: .seconds(30))
            for _ in 0..<1_000 {
                try parallel.forEach(0..<4) { _ in }
            }
            #expect(ThisProcess.libraryThreads <= enoughThreads)
        }
    }

    @Test("The asynchronous forms keep their threads too")
    func threadsAreKeptAsynchronously() async {
        await #expect(processExitsWith: .success) {
            let parallel = Parallel(nJobs: 4)
            for _ in 0..<1_000 {
                let outputs = try await parallel.map(0..<4) { $0 }
                #expect(outputs == [0, 1, 2, 3])
                let bodies = try await parallel.map(0..<4) { index in
                    await Task.yield()
                    return index
                }
                #expect(bodies == [0, 1, 2, 3])
            }
            #expect(ThisProcess.libraryThreads <= enoughThreads)
        }
    }

    @Test("Failing calls leave no thread behind")
    func threadsAfterFailures() async {
        await #expect(processExitsWith: .success) {
            for _ in 0..<1_000 {
                try? Parallel(nJobs: 4).forEach(0..<100) { if $0 == 50 { throw Mishap() } }
            }
            #expect(ThisProcess.libraryThreads <= enoughThreads)
        }
    }
}
