// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import TestProcesses
import Testing

@Suite("What tasks in other processes print", .timeLimit(.minutes(2)), .serialized)
struct LokyOutputTests {
    private static let probe = BuildProducts.program("loky-probe")

    @Test("Each line begins with its task where verbose is above 10", arguments: ["loky", "multiprocessing"])
    func tags(_ backend: String) async throws {
        let run = try await ProgramRun.run(Self.probe, ["tagged", backend, "11"])
        let lines = run.output.split(separator: "\n").map(String.init).filter { !$0.hasPrefix("[Parallel(") }
        var counts: [String: Int] = [:]
        for line in lines where line.hasPrefix("[task ") {
            // `[task 3] out 3`
            let parts = line.split(separator: " ")
            try #require(parts.count == 4, "\(line)")
            #expect(parts[1] == "\(parts[3])]", "\(line)")
            counts["\(parts[2]) \(parts[3])", default: 0] += 1
        }
        for index in 0..<20 {
            #expect(counts["out \(index)"] == 2 && counts["err \(index)"] == 1, "\(index): \(run.output)")
            // One to each stream, which no line's end has followed.
            #expect(counts["piece \(index)"] == 2, "\(index): \(run.output)")
        }
        let others = lines.filter { !$0.hasPrefix("[task ") }
        #expect(others.sorted() == ["19 done", "plain 0", "plain 1"], "\(others)")
    }

    @Test("Otherwise it stays as it is", arguments: ["loky", "multiprocessing"])
    func noTags(_ backend: String) async throws {
        let run = try await ProgramRun.run(Self.probe, ["tagged", backend, "10"])
        #expect(!run.output.contains("[task ") && !run.output.contains("\0"))
        #expect(run.output.split(separator: "\n").count { $0.hasSuffix("out 3") } == 2, "\(run.output)")
    }
}
