// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import ArgumentParser
import BenchmarkReport
import Glibc

/// Measures, and writes what came out.
struct MeasureCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "measure",
        abstract: "Measures all contenders by turns, and writes performance.md and its picture."
    )

    @Option(help: "How many samples of each contender are taken.")
    var rounds = 11

    @Option(help: "The workloads or cases that are measured, such as W1,W2.")
    var only: String?

    @Option(help: "The peers that are measured: those whose names contain one of these, such as OpenMP,rayon.")
    var peers: String?

    @Option(help: "The folder of the document.")
    var output = "../../docs"

    @Flag(help: "Takes few samples of little work, and writes nothing: to see that everything runs.")
    var quick = false

    func validate() throws {
        guard self.rounds > 0 else { throw ValidationError("--rounds must be at least 1, and is \(self.rounds).") }
        for name in self.names(self.only) where !BenchmarkCase.all.contains(where: { Self.matches($0, name) }) {
            throw ValidationError("--only matches nothing: \(name).")
        }
        for name in self.names(self.only) where !Self.measured.contains(where: { Self.matches($0, name) }) {
            throw ValidationError("--only \(name) is about other hosts: build with \(TCPTrait.options).")
        }
        // Now, and not after ten minutes.
        guard access(self.output, W_OK) == 0 else {
            throw ValidationError("--output is no folder that can be written: \(self.output).")
        }
    }

    func run() throws {
        Interrupt.watch()
        do { try self.measure() } catch is Interrupt.Interrupted {
            print("interrupted; nothing was written")
            throw ExitCode(130)
        }
    }

    private func measure() throws {
        guard access("Peers/Work/work.c", R_OK) == 0, let folder = getcwd(nil, 0) else {
            throw ValidationError("Start this in the folder Tests/Benchmarks.")
        }
        defer { free(folder) }
        var build = PeerBuild(package: String(cString: folder))
        try build.build()
        try self.refuseUnknownPeers(among: build.programs)
        if !TCPTrait.isOn { print("other hosts are not measured: that takes a build with \(TCPTrait.options)") }
        for peer in build.missing { print("missing: \(peer.name): \(peer.reason); install with \(peer.remedy)") }

        var quiet = Quiet(patience: .seconds(60))
        let results = try self.cases.map { benchmark in
            let runner = CaseRunner(
                benchmark: benchmark,
                rounds: self.quick ? min(self.rounds, 2) : self.rounds,
                count: self.quick ? benchmark.quickCount : benchmark.count,
                programs: build.programs.map { $0.keeping(self.isWanted) }
            )
            let start = ContinuousClock.now
            let result = try runner.run(&quiet)
            print(CaseTable(result).text)
            print("\(benchmark.id) took \(start.duration(to: .now).components.seconds) s\n")
            fflush(nil)
            return result
        }
        print(TargetTable(results).text)

        guard !self.quick && self.only == nil && self.peers == nil else { return print("a part: nothing was written") }
        let run = RunDescription(
            date: MachineDescription.today,
            machine: MachineDescription.text,
            versions: [MachineDescription.swiftVersion] + build.versions,
            rounds: self.rounds,
            disturbedSamples: quiet.disturbed,
            missing: build.missing
        )
        let progressCost = String(
            // Each of its tables begins with an empty line.
            try ChildProcess.output(of: [build.progressCost], within: .seconds(300)).drop { $0.isNewline }
        )
        try OutputFile.write(
            PerformanceDocument(run, results, progressCost: progressCost).text,
            to: "\(self.output)/performance.md"
        )
        try OutputFile.write(Picture(results).text, to: "\(self.output)/performance.svg")
    }

    private func refuseUnknownPeers(among programs: [PeerProgram]) throws {
        let known = Set(programs.filter { $0.role == .peer }.flatMap { $0.entries.map(\.contender) })
        for name in self.names(self.peers) where !known.contains(where: { $0.lowercased().contains(name) }) {
            throw ValidationError(
                "--peers matches nothing: \(name). Here are: \(known.sorted().joined(separator: ", "))."
            )
        }
    }

    private func isWanted(_ entry: PeerProgram.Entry) -> Bool {
        self.peers == nil || self.names(self.peers).contains { entry.contender.lowercased().contains($0) }
    }

    private var cases: [BenchmarkCase] {
        Self.measured.filter { benchmark in
            self.only == nil || self.names(self.only).contains { Self.matches(benchmark, $0) }
        }
    }

    /// What this build measures.
    private static let measured = BenchmarkCase.all.filter { TCPTrait.isOn || !$0.isOfHosts }

    private static func matches(_ benchmark: BenchmarkCase, _ name: String) -> Bool {
        benchmark.workload.lowercased() == name || benchmark.id == name
    }

    private func names(_ list: String?) -> [String] {
        (list ?? "").split(separator: ",").map { $0.lowercased() }
    }
}
