// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import Joblib
import Testing

/// Each in a process of its own, since a signal's disposition is the process's.
@Suite("cancellingOnInterrupt", .timeLimit(.minutes(1)))
struct InterruptsTests {
    @Test("The first SIGINT throws .cancelled with what was done, in order")
    func firstInterrupt() async {
        await #expect(processExitsWith: .success) {
            try synchronously { () throws in
                let tasks = (0..<1000).map(Self.interruptingTask)
                for lazily in [false, true] {
                    let refused = try refusal {
                        try cancellingOnInterrupt {
                            let parallel = Parallel(nJobs: 2, batchSize: 1)
                            return try lazily ? parallel(tasks.lazy.map { $0 }) : parallel(tasks)
                        }
                    }
                    Self.expectPartialResults(refused)
                }
                #expect(try Parallel(nJobs: 2).map(0..<5) { $0 } == Array(0..<5))
            }
        }
    }

    @Test("An asynchronous list that is read lazily says what was done, too")
    func firstInterruptOfAsynchronousList() async {
        await #expect(processExitsWith: .success) {
            let refused = try #require(await Self.interruptedList())
            Self.expectPartialResults(refused)
        }
    }

    /// The sixth of these tasks interrupts the process; it and those after it wait until they are cancelled.
    @Sendable private static func interruptingTask(_ index: Int) -> Delayed<Int> {
        delayed {
            if index == 5 { kill(getpid(), SIGINT) }
            if index >= 5 { try waitUntilCancelled() }
            return index * 2
        }
    }

    private static func expectPartialResults(_ refused: ParallelError) {
        #expect(refused.code == .cancelled)
        let done = refused.completedResults(of: Int.self)
        #expect(refused.completedTasks == done.count)
        #expect((5...7).contains(done.count))
        #expect(done.prefix(5).map(\.index) == Array(0..<5))
        #expect(done.allSatisfy { $0.output == $0.index * 2 })
    }

    private static func interruptedList() async -> ParallelError? {
        let tasks = (0..<1000).lazy.map(Self.interruptingTask)
        do {
            _ = try await cancellingOnInterrupt { try await Parallel(nJobs: 2, batchSize: 1).run(tasks) }
            return nil
        } catch {
            return error as? ParallelError
        }
    }

    @Test("A second SIGINT ends the process with status 130")
    func secondInterrupt() async {
        await #expect(processExitsWith: .exitCode(130)) {
            try synchronously { () throws in
                try cancellingOnInterrupt { () throws in
                    try Parallel(nJobs: 2)
                        .forEach(0..<2) { index in
                            if index == 0 { kill(getpid(), SIGINT) }
                            try waitUntilCancelled()
                            kill(getpid(), SIGINT)
                            sleep(20)
                        }
                }
            }
        }
    }

    @Test("Afterwards SIGINT does what it did before")
    func restored() async {
        await #expect(processExitsWith: .signal(SIGINT)) {
            synchronously {
                cancellingOnInterrupt {}
                var set = sigset_t()
                sigemptyset(&set)
                sigaddset(&set, SIGINT)
                pthread_sigmask(SIG_UNBLOCK, &set, nil)
                raise(SIGINT)
            }
        }
    }

    @Test("Loops begun after the SIGINT throw at once, whatever their form")
    func begunAfterwards() async {
        await #expect(processExitsWith: .success) {
            try synchronously { () throws in
                try cancellingOnInterrupt { () throws in
                    let parallel = Parallel(nJobs: 2)
                    #expect(
                        try refusal { try parallel.forEach(0..<1) { _ in try interruptAndWait() } }.code == .cancelled
                    )
                    let started = Tally()
                    let task = delayed { started.add() }
                    #expect(try refusal { try parallel.map(0..<9) { _ in started.add() } }.code == .cancelled)
                    #expect(try refusal { try parallel([task, task]) }.code == .cancelled)
                    #expect(try refusal { try parallel.results([task].lazy.map { $0 }) }.code == .cancelled)
                    #expect(try refusal { try parallel([task], returnAs: .generator).next() }.code == .cancelled)
                    #expect(
                        try refusal { try Parallel(nJobs: 1).forEach(0..<9) { _ in started.add() } }.code == .cancelled
                    )
                    #expect(started.count == 0)
                }
            }
        }
    }

    @Test("A generator is interrupted", arguments: [1, 2, 4])
    func generator(_ nJobs: Int) async {
        await #expect(processExitsWith: .success) { [nJobs = nJobs as Int] in
            try synchronously { () throws in
                for kind in GeneratorKind.all {
                    let tasks = NumberedTasks()
                    try cancellingOnInterrupt { () throws in
                        let results = try Parallel(nJobs: nJobs)(
                            tasks.sequence(0..<1_000_000) { if $0 == 20 { try interruptAndWait() } },
                            returnAs: kind
                        )
                        #expect(try refusal { try results.take() }.code == .cancelled)
                        #expect(try results.next() == nil)
                        #expect(tasks.begun.count == tasks.ended.count)
                    }
                }
            }
        }
    }

    @Test("A loop of asynchronous bodies is interrupted, and they are cancelled")
    func asynchronousBodies() async {
        await #expect(processExitsWith: .success) {
            let cancelled = Tally()
            let refused = await #expect(throws: ParallelError.self) {
                try await cancellingOnInterrupt {
                    try await Parallel(nJobs: 2)
                        .map(0..<100) { index in
                            if index < 2 { return index }
                            if index == 2 { kill(getpid(), SIGINT) }
                            do {
                                try await Task.sleep(for: .seconds(3600))
                            } catch {
                                cancelled.add()
                                throw error
                            }
                            return index
                        }
                }
            }
            #expect(refused?.code == .cancelled)
            #expect(refused?.completedResults(of: Int.self).map(\.output) == [0, 1])
            #expect((1...2).contains(cancelled.count))
        }
    }

    @Test("Loops inside of an interrupted one stop, and those begun in it afterwards", arguments: [1, 2])
    func nested(_ nJobs: Int) async {
        await #expect(processExitsWith: .success) { [nJobs = nJobs as Int] in
            try synchronously { () throws in
                let (started, meeting) = (Tally(), Meeting(of: nJobs))
                let refused = try refusal {
                    try cancellingOnInterrupt { () throws in
                        try Parallel(nJobs: nJobs, batchSize: 1)
                            .forEach(0..<nJobs) { index in
                                try meeting.attend()
                                _ = try? Parallel(nJobs: 2)
                                    .forEach(0..<1000) { inner in
                                        started.add()
                                        if index == 0, inner == 0 { kill(getpid(), SIGINT) }
                                        try waitUntilCancelled()
                                    }
                                _ = try? Parallel(nJobs: 2).forEach(0..<1000) { _ in started.add() }
                            }
                    }
                }
                #expect(refused.code == .cancelled)
                #expect(started.count <= 2 * nJobs)
            }
        }
    }
}

/// Sends a SIGINT to the process and waits in the task until it is seen.
private func interruptAndWait() throws {
    kill(getpid(), SIGINT)
    try waitUntilCancelled()
}
