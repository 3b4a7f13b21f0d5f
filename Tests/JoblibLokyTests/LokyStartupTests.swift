// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import TestProcesses
import Testing

@Suite("Workers that never say a word", .timeLimit(.minutes(2)), .serialized)
struct LokyStartupTests {
    private static let probe = BuildProducts.program("loky-probe")

    @Test(
        "What ends them before their first word is said, with the stage and their own words, after a few attempts",
        arguments: [("exit", "exited with status 7"), ("abort", "signal 6"), ("kill", "signal 9"), ("stop", "stopped")]
    )
    func early(_ fault: String, _ words: String) async throws {
        let run = try await ProgramRun.run(Self.probe, ["startup", "LOKY_PROBE_FAULT", fault])
        try Self.expectRefusal(run, words, "no beginning by \(fault)")
        // Each says so once when it starts.
        let starts = run.output.split(separator: "\n").count { $0 == "no beginning by \(fault)" }
        #expect(starts >= 2 && starts <= (fault == "kill" ? 24 : 6), "\(run.output)")
    }

    @Test("So is a library that cannot be loaded")
    func library() async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "loky-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        try Data("no library".utf8).write(to: directory.appending(path: "libswiftCore.so"))
        let run = try await ProgramRun.run(Self.probe, ["startup", "LD_LIBRARY_PATH", directory.path])
        try Self.expectRefusal(run, "exited with status 127", "libswiftCore.so")
    }

    @Test("So is an end without a word")
    func silence() async throws {
        // The loader lists the libraries, and runs nothing.
        let run = try await ProgramRun.run(Self.probe, ["startup", "LD_TRACE_LOADED_OBJECTS", "1"])
        try Self.expectRefusal(run, "exited with status 0", "")
    }

    private static func expectRefusal(_ run: ProgramRun, _ words: String, _ lastWords: String) throws {
        let lines = run.output.split(separator: "\n")
        let refusal = try #require(lines.first { $0.hasPrefix("refused: ") }, "\(run.output)")
        #expect(refusal.hasPrefix("refused: startupFailed") && refusal.contains("stage 'hello'"), "\(refusal)")
        #expect(refusal.contains(words), "\(refusal)")
        #expect(lastWords.isEmpty || refusal.contains(lastWords), "\(refusal)")
        #expect(lines.contains("in time") && lines.contains("then: 6"), "\(run.output)")
    }
}
