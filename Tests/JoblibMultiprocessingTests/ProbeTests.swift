// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Glibc
import JoblibPOSIX
import TestProcesses
import Testing

@Suite("Programs that fork", .timeLimit(.minutes(2)), .serialized)
struct ProbeTests {
    private static let probe = BuildProducts.program("fork-probe")

    /// Runs a scenario until its two workers have said who they are, ends it, and returns them.
    private func workers(of scenario: String, endedBy signal: Int32?) throws -> [pid_t] {
        let process = Process()
        let output = Pipe()
        process.executableURL = Self.probe
        process.arguments = [scenario]
        process.standardOutput = output
        // What it would run for a fault may outlast the program.
        process.environment = ProcessInfo.processInfo.environment.merging(["SWIFT_BACKTRACE": "enable=no"]) { $1 }
        process.standardError = FileHandle.nullDevice
        try process.run()
        var text = ""
        while text.components(separatedBy: "\n").count < 3 {
            let data = output.fileHandleForReading.availableData
            try #require(!data.isEmpty, "it ended too early: \(text)")
            text += String(decoding: data, as: UTF8.self)
        }
        if let signal { kill(process.processIdentifier, signal) }
        process.waitUntilExit()
        return text.split(separator: "\n").compactMap { $0.split(separator: " ").last.flatMap { pid_t($0) } }
    }

    @Test(
        "However the parent ends, its workers end with it, within a second",
        arguments: [("stay", SIGKILL), ("stay", SIGINT), ("stay", SIGTERM), ("fault", nil)]
    )
    func parentEnds(_ scenario: String, _ signal: Int32?) throws {
        let workers = try self.workers(of: scenario, endedBy: signal)
        #expect(workers.count == 2)
        // Five times what is promised.
        #expect(ProcessState.haveEnded(workers, within: 5))
    }

    @Test("No line of one worker is broken by another's")
    func lines() async throws {
        let run = try await ProgramRun.run(Self.probe, ["lines"])
        let lines = run.output.split(separator: "\n")
        #expect(lines.count == 800)
        #expect(lines.allSatisfy { $0.count == 10 && Set($0).count == 1 })
    }

    @Test("A limit of the system that is reached is a clear error, and the next call works")
    func limits() async throws {
        let descriptors = try await ProgramRun.run(Self.probe, ["descriptors"])
        #expect(descriptors.output == "refused: resourceExhausted\nthen: 100\nsucceeded: 100\nthen: 100\n")
        let processes = try await ProgramRun.run(Self.probe, ["processes"])
        guard !processes.output.contains("no privileges") else { return }
        #expect(processes.output.contains("refused: resourceExhausted\nthen: 100"), "\(processes.output)")
    }

    @Test("A program that lets the kernel reap its children learns of their crashes all the same")
    func reaped() async throws {
        let run = try await ProgramRun.run(Self.probe, ["reaped"])
        #expect(run.output == "task 2: terminated by signal 6\nthen: 100\n")
    }

    // Ten thousand are made by `.ci/run`, which has the time.
    @Test("A thousand calls in a row")
    func calls() async throws {
        let run = try await ProgramRun.run(Self.probe, ["calls", "1000"])
        #expect(run.output == "sum 500500\n")
    }

    // Of what the code does for the first time another thread may be in the middle when one forks. What a worker waits for then nobody
    // lets go of, so it would be ended after twenty seconds.
    @Test("Threads whose first calls of all come at once lose no worker")
    func crowds() async throws {
        for _ in 0..<6 {
            let run = try await ProgramRun.run(Self.probe, ["crowd"])
            #expect(run.output == "sum \(8 * 190 * 28), in time\n")
        }
    }

    @Test("A worker that exits runs no handler of the parent's, and writes nothing that the parent was about to")
    func exits() async throws {
        let run = try await ProgramRun.run(Self.probe, ["exit"])
        #expect(run.output.components(separatedBy: "handler of").count == 2, "\(run.output)")
        #expect(run.output.components(separatedBy: "unfinished").count == 2, "\(run.output)")
    }
}
