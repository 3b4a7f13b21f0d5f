// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import TestProcesses
import Testing

@Suite("Limits of the system that workers meet", .timeLimit(.minutes(2)), .serialized)
struct LokyLimitsTests {
    private static let probe = BuildProducts.program("loky-probe")
    private static let root = Requirement("root", enforcedBy: "REQUIRE_ROOT")
    private static let group = Requirement("a control group for memory, to write to", enforcedBy: "REQUIRE_CGROUP")

    @Test("Descriptors for some workers are enough; for none it is said how many there are, and all are given back")
    func descriptors() async throws {
        let lines = try await Self.lines("descriptors")
        #expect(lines.first == "sum 4950 by 2")
        #expect(lines[1].contains("refused: resourceExhausted") && lines[1].contains("a worker needs 10 descriptors"))
        #expect(lines[1].contains("of the") && lines[1].contains("ulimit -n"), "\(lines[1])")
        #expect(lines[2...] == ["sum 4950 by 8", "descriptors: 0 more"])
    }

    @Test("So it is with shared memory")
    func sharedMemory() async throws {
        let lines = try await Self.lines("shared-memory")
        #expect(lines.first == "sum 4950 by 2")
        #expect(lines[1].contains("refused: resourceExhausted") && lines[1].contains("bytes of shared memory"))
        #expect(lines[2...] == ["sum 4950 by 8", "descriptors: 0 more"])
    }

    @Test("So it is with processes and threads")
    func processes() async throws {
        let lines = try await Self.lines("processes")
        guard lines != ["not root"] else { return Self.root.reportMissing() }
        // Of some there is the process, and not its second thread.
        let plain = lines.filter { !$0.hasPrefix("joblib worker: ") }
        #expect((1..<8).contains { plain.first == "sum 4950 by \($0)" }, "\(lines)")
        #expect(plain[1].contains("refused: resourceExhausted") && plain[1].contains("ulimit -u"), "\(lines)")
        #expect(plain[2...] == ["sum 4950 by 8", "descriptors: 0 more"], "\(lines)")
    }

    @Test("A task that memory does not suffice for runs again alone, twice, and is named with the reason")
    func outOfMemory() async throws {
        let log = FileManager.default.temporaryDirectory.appending(path: "loky-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: log) }
        let lines = try await Self.lines("out-of-memory", log.path)
        guard lines != ["no control group"] else { return Self.group.reportMissing() }
        #expect(lines.count == 2, "\(lines)")
        #expect(
            lines[0].hasPrefix("5 quarantined by signal 9 at 3: ") && lines[0].contains("out of memory"),
            "\(lines)"
        )
        #expect(lines[0].contains("\(256 << 20) bytes"), "\(lines)")
        #expect(lines[1] == "then 2: killed")
        let notes = try String(contentsOf: log, encoding: .utf8).split(separator: "\n").map(String.init)
        let starts = notes.indices.filter { notes[$0] == "b 5" }
        // At its second and third attempt nobody else is at work, and nobody begins before it has ended.
        for start in starts.dropFirst() {
            let before = notes[..<start].filter { $0 != "b 5" }
            #expect(before.count { $0.hasPrefix("b") } == before.count { $0.hasPrefix("e") }, "\(notes)")
        }
        try #require(starts.count == 3)
        #expect(starts[2] == starts[1] + 1, "\(notes)")
        // It did not wait for the end of the call either.
        #expect(starts[2] < notes.count - 20, "\(notes)")
        #expect(notes.count { $0.hasPrefix("e") } == 399)
    }

    private static func lines(_ arguments: String...) async throws -> [String] {
        let run = try await ProgramRun.run(self.probe, arguments)
        let lines = run.output.split(separator: "\n").map(String.init)
        try #require(run.status == 0 && !lines.isEmpty, "\(run)")
        try #require(lines.count == 1 || lines.count >= (arguments[0] == "out-of-memory" ? 2 : 4), "\(run)")
        return lines
    }
}
