// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import TestProcesses
import Testing

@Suite("The ends of programs with spawned workers", .timeLimit(.minutes(2)), .serialized)
struct ParentEndsTests {
    /// How a program ends: what it was asked to do, the signal that it gets, and what is said of its end then.
    struct Ending: Sendable, CustomTestStringConvertible {
        var scenario = "stay"
        var signal: Int32
        var status: Int32

        /// How many workers it has, in all, and how many of them have started something.
        var workers = 2
        var children = 2

        var testDescription: String { "\(self.scenario), signal \(self.signal)" }

        /// Ends it by a signal that it does nothing about.
        static func byDefault(_ signal: Int32) -> Ending { Ending(signal: signal, status: -signal) }
    }

    @Test(
        "However the parent ends, its workers and what they have started end with it, within a second",
        arguments: [SIGKILL, SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGABRT].map { Ending.byDefault($0) } + [
            Ending(scenario: "stay exit", signal: SIGUSR1, status: 3),
            Ending(scenario: "stay crash", signal: SIGUSR1, status: -SIGSEGV),
            Ending(scenario: "stay trap", signal: SIGUSR1, status: -SIGILL),
            Ending(scenario: "idle", signal: SIGKILL, status: -SIGKILL, children: 0),
            Ending(scenario: "nest", signal: SIGKILL, status: -SIGKILL, workers: 2, children: 1),
            // Workers that wait for ever in the initialiser of a library.
            Ending(scenario: "hang", signal: SIGKILL, status: -SIGKILL, children: 0),
        ]
    )
    func parentEnds(_ ending: Ending) throws {
        // Somebody else may have the processors for a while: of three times the median counts.
        let times = try (0..<3).map { _ in try Self.timeOfEnd(ending) }.sorted()
        #expect(times[1] < .seconds(1), "\(times)")
    }

    /// For how long the last of a program's processes outlives it.
    private static func timeOfEnd(_ ending: Ending) throws -> Duration {
        let probe = try StartedProbe(ending.scenario)
        var pids = try probe.pids(ending.workers, beginningWith: "worker ")
        if ending.children > 0 { pids += try probe.pids(ending.children, beginningWith: "child ") }
        #expect(pids.allSatisfy { ProcessState.isAlive($0) })
        probe.send(ending.signal)
        #expect(probe.wait() == ending.status)
        let end = ContinuousClock.now
        #expect(ProcessState.haveEnded(pids, within: 20), "\(pids)")
        return ContinuousClock.now - end
    }

    @Test("A second Ctrl-C inside of cancellingOnInterrupt ends the program with status 130, and its workers with it")
    func secondInterrupt() throws {
        let probe = try StartedProbe("interrupt")
        let pids = try probe.pids(2, beginningWith: "worker ")
        probe.send(SIGINT)
        // The tasks have seen it, and go on.
        _ = try probe.lines(2, beginningWith: "cancelled")
        #expect(pids.allSatisfy { ProcessState.isAlive($0) })
        probe.send(SIGINT)
        #expect(probe.wait() == 130)
        #expect(ProcessState.haveEnded(pids, within: 5), "\(pids)")
    }
}
