// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation
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

    @Test(
        "A task that prints more than a megabyte is cut, which is said with its index, and the others' output is shown",
        arguments: ["loky", "multiprocessing"],
        [0, 11]
    )
    func flood(_ backend: String, verbose: Int) async throws {
        let byteCount = 64 << 20
        let run = try await ProgramRun.run(Self.probe, ["flood", backend, "\(verbose)", "1", "\(byteCount)"])
        let lines = run.output.split(separator: "\n").filter { !$0.hasPrefix("[Parallel(") }
        let notices = lines.filter { $0.hasPrefix("[joblib] task 1 has printed ") }
        #expect(notices.count == 2, "\(notices)")
        var omitted = 0
        for notice in notices {
            // `… 67108884 bytes, of which the last 66060308 are left out`
            let numbers = notice.split(separator: " ").compactMap { Int($0) }
            try #require(numbers.count == 3, "\(notice)")
            #expect(byteCount - (1 << 20)..<byteCount + 100 ~= numbers[1])
            omitted += numbers[2]
        }
        let shown = lines.count { $0.contains("xxx") }
        // A megabyte of each stream, and of a worker that had not printed much before a quarter more.
        #expect(2048 - 2...2 * 1024 + 2 * (256 + 128) ~= shown, "\(shown)")
        #expect(2 * byteCount + 20 - omitted - shown * 1024 < 4096, "\(omitted) bytes are said to be left out")
        for index in 0..<6 {
            #expect(lines.contains { $0.hasSuffix("task \(index) is here") }, "\(index)")
        }
        #expect(lines.last == "6 results")
    }

    @Test(
        "Tasks that print less than that each are shown whole, whatever they print together",
        arguments: ["loky", "multiprocessing"]
    )
    func much(_ backend: String) async throws {
        let run = try await ProgramRun.run(Self.probe, ["flood", backend, "0", "-1", "\(1000 * 1024)"])
        let lines = run.output.split(separator: "\n")
        #expect(lines.count { $0.hasPrefix("xxx") && $0.count == 1023 } == 6 * 2 * 1000)
        #expect(!lines.contains { $0.hasPrefix("[joblib]") })
    }

    @Test("A task that prints without end keeps no other from being done", arguments: ["loky", "multiprocessing"])
    func rendezvous(_ backend: String) async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "loky-flood-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        let run = try await ProgramRun.run(Self.probe, ["flood", backend, "0", "0", file.path])
        #expect(run.output.hasSuffix("6 results\n"))
    }
}
