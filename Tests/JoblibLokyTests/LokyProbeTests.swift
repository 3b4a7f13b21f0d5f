// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Joblib
import TestProcesses
import Testing

@Suite("Programs with spawned workers", .timeLimit(.minutes(2)), .serialized)
struct LokyProbeTests {
    private static let probe = BuildProducts.program("loky-probe")

    @Test("What tasks have printed is printed before the program ends, in whole lines")
    func printing() async throws {
        let run = try await ProgramRun.run(Self.probe, ["print"])
        let lines = run.output.split(separator: "\n")
        #expect(lines.count == 400)
        #expect(lines.allSatisfy { $0.count == 10 && Set($0).count == 1 })
    }

    @Test("A worker has the four descriptors that it needs, and no other of its parent's or of another worker's")
    func inheritance() async throws {
        #expect(try await ProgramRun.run(Self.probe, ["inherit"]).output == "4\n")
    }

    @Test("The program's file may be gone when workers are started")
    func replaced() async throws {
        let copy = FileManager.default.temporaryDirectory.appending(path: "loky-probe-\(UUID().uuidString)")
        try FileManager.default.copyItem(at: Self.probe, to: copy)
        defer { try? FileManager.default.removeItem(at: copy) }
        #expect(try await ProgramRun.run(copy, ["replaced"]).output == "[0, 1, 2, 3]\n")
    }

    @Test("It may be removed, or another build put in its place, while the pool runs", arguments: [false, true])
    func replacedLater(_ byAnother: Bool) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "loky-probe-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (program, other) = (folder.appending(path: "program"), folder.appending(path: "other"))
        try FileManager.default.copyItem(at: Self.probe, to: program)
        // What would end without a word, were it started.
        try FileManager.default.copyItem(at: URL(filePath: "/bin/true"), to: other)
        let run = try await ProgramRun.run(program, ["replace"] + (byAnother ? [other.path] : []))
        #expect(run.output == "the same build 2 before, 1 after\n")
    }

    @Test(
        "A worker that has reached its limit of memory leaves after that task, without a word, and none is lost",
        arguments: [(1, 1), (1, 4), (2, 1), (2, 4)]
    )
    func maxMemory(_ jobs: Int, _ batch: Int) async throws {
        let run = try await ProgramRun.run(Self.probe, ["leave", "\(jobs)", "\(batch)"])
        // The limit is so low that each has reached it with its first task, which it runs all the same.
        #expect(run.output == "16 results of 16 workers\n")
    }

    // In a small program, whose workers are up in milliseconds: 32 have to die within ten seconds.
    @Test("A call whose workers do nothing but die gives up, with the first deaths, and the next one works")
    func hopeless() async throws {
        let run = try await ProgramRun.run(Self.probe, ["hopeless"])
        #expect(run.output == "poolUnhealthy, with 3 deaths\nthen: 6\n")
    }

    @Test("A copy that the program has forked leaves its parent's workers alone, and is told so")
    func copies() async throws {
        let run = try await ProgramRun.run(Self.probe, ["copy"])
        let copy = "the copy is refused: startupFailed, true\nthe copy has ended with 0\n"
        #expect(run.output == copy + copy + "the same workers\n")
    }

    @Test("Workers of workers end somewhere")
    func depth() async throws {
        #expect(try await ProgramRun.run(Self.probe, ["deep"]).output == "refused: startupFailed\n")
    }

    // Ten thousand are made by `.ci/run`, which has the time.
    @Test("Messages that take long to arrive are sent once")
    func heavyMessages() async throws {
        #expect(try await ProgramRun.run(Self.probe, ["copies"]).output == "32 copies\n")
    }

    @Test("A thousand calls in a row")
    func calls() async throws {
        #expect(try await ProgramRun.run(Self.probe, ["calls", "1000"]).output == "1000 calls\n")
    }

    @Test("A million tasks leave the memory of a worker and of its parent as it was")
    func memory() async throws {
        let output = try await ProgramRun.run(Self.probe, ["memory"]).output
        #expect(output == "the worker is flat\nthe parent is flat\n")
    }

    @Test("Workers share the processors among the threads of their libraries, unless the program says otherwise")
    func innerThreads() async throws {
        let count = cpuCount()
        let own = try await ProgramRun.run(Self.probe, ["threads"]).output
        #expect(own == "\(count)\n\(max(1, count / 2))\n\(max(1, count / 4))\n3\n")
        #expect(try await ProgramRun.run(Self.probe, ["threads", "7"]).output == "7\n7\n7\n3\n")
    }
}
