// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import TestProcesses
import Testing

@Suite("The ends of programs with spawned workers", .timeLimit(.minutes(2)), .serialized)
struct ParentEndsTests {
    /// How a program ends: what it was asked to do, the signal that it gets, and what is said of its end then.
    struct Ending: Sendable, CustomTestStringConvertible {
        var scenario: String
        var signal: Int32
        var status: Int32

        var testDescription: String { "\(self.scenario), signal \(self.signal)" }
    }

    @Test(
        "However the parent ends, its workers and what they have started end with it, within a second",
        arguments: [
            Ending(scenario: "stay", signal: SIGKILL, status: -SIGKILL),
            Ending(scenario: "stay", signal: SIGTERM, status: -SIGTERM),
            Ending(scenario: "stay", signal: SIGINT, status: -SIGINT),
            Ending(scenario: "stay exit", signal: SIGUSR1, status: 3),
            Ending(scenario: "stay crash", signal: SIGUSR1, status: -SIGSEGV),
            Ending(scenario: "idle", signal: SIGKILL, status: -SIGKILL),
        ]
    )
    func parentEnds(_ ending: Ending) throws {
        let probe = try StartedProbe(ending.scenario)
        var pids = try probe.pids(2, beginningWith: "worker ")
        if ending.scenario != "idle" { pids += try probe.pids(2, beginningWith: "child ") }
        #expect(pids.allSatisfy { ProcessState.isAlive($0) })
        probe.send(ending.signal)
        #expect(probe.wait() == ending.status)
        // Five times what is promised.
        #expect(ProcessState.haveEnded(pids, within: 5), "\(pids)")
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
