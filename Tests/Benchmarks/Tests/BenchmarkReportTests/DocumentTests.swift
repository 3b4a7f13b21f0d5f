// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import BenchmarkReport
import Testing

struct DocumentTests {
    private let run = RunDescription(
        date: "2026-01-02",
        machine: "2 CPUs",
        versions: ["Swift 6.3"],
        rounds: 11,
        disturbedSamples: 0,
        missing: [.init(name: "rayon", reason: "cargo: No such file or directory", remedy: "apt-get install cargo")]
    )

    @Test("A row has the ratios to the best peer and to the limit")
    func row() {
        let text = CaseTable(result(ours: 0.010, peers: ["TBB": 0.020, "rayon": 0.040], limits: [0.005])).text
        #expect(text.contains("| **ours** | 10.0 | 10.0 | 0.50 | 2.00 |  |"))
        #expect(text.contains("| *limit: a limit* | 5.00 | 5.00 | | 1 | |"))
    }

    @Test("The best peer comes first, and one that failed last, with its error")
    func order() throws {
        let fine = result(ours: 1, peers: ["TBB": 0.040, "rayon": 0.020])
        let broken = ContenderResult(name: "OpenMP", kind: .peer, problem: "ended with status 139")
        let text = CaseTable(CaseResult(fine.benchmark, contenders: fine.contenders + [broken], limits: [])).text
        let places = try ["| rayon", "| TBB", "| OpenMP | ended with status 139"]
            .map {
                try #require(text.firstRange(of: $0)).lowerBound
            }
        #expect(places == places.sorted())
    }

    @Test("A peer that is missing is named, with the reason and the remedy")
    func missing() {
        let text = PerformanceDocument(self.run, [result(ours: 1, peers: [:])], progressCost: "").text
        #expect(text.contains("- rayon: cargo: No such file or directory. Install it with `apt-get install cargo`."))
        #expect(!text.contains("follow a loop"))
    }

    @Test("Cases of other hosts that were not measured are named, with the command that measures them")
    func unmeasured() throws {
        let text = PerformanceDocument(self.run, [result("tcp-each", ours: 1, peers: [:])], progressCost: "").text
        let list = text[try #require(text.firstRange(of: "## Not measured")).lowerBound...]
        #expect(list.contains("- TCP 10⁶ tasks in a list\n") && !list.contains("one at a time"))
        #expect(text.contains("--traits TCP --scratch-path .build-tcp Benchmarks"))
        let all = BenchmarkCase.all.map { CaseResult($0, contenders: [], limits: []) }
        #expect(!PerformanceDocument(self.run, all, progressCost: "").text.contains("Not measured"))
    }

    @Test("A target that is a multiple of what somebody else has says whose")
    func multiple() {
        let text = TargetTable([result("tcp-large", ours: 1, peers: ["NIOSSL echo": 1])]).text
        #expect(text.contains("| 1.25 × NIOSSL echo |") && text.contains("| 1.67 × the limit |"))
    }

    @Test("No line of the document is longer than 120 characters, tables excepted")
    func width() {
        let text = PerformanceDocument(self.run, [result(ours: 1, peers: ["TBB": 2])], progressCost: "a table\n").text
        #expect(text.split(separator: "\n").filter { $0.count > 120 && !$0.hasPrefix("|") }.isEmpty)
    }

    @Test("The picture has a row for each case with figures of ours, and escapes what is no text in XML")
    func picture() {
        let text = Picture([result(ours: 1, peers: ["TBB": 2]), result(peers: ["TBB": 2])]).text
        #expect(text.split(separator: "<rect").count == 2)
        #expect(text.hasPrefix("<svg ") && text.hasSuffix("</svg>\n"))
    }
}
