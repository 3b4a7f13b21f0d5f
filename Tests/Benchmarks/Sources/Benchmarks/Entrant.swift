// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import BenchmarkReport

/// A contender in a case, with its process; for a speed-up two processes, of one worker and of two.
final class Entrant {
    private static let workers = 2

    /// For the start of an interpreter with its libraries, and for a sample.
    private static let timeLimit = Duration.seconds(60)

    let role: PeerProgram.Role
    private(set) var result: ContenderResult

    /// The seconds of each round, or the ratio of the two processes' seconds.
    private(set) var samples: [Double] = []

    private let arguments: [[String]]
    private var processes: [ChildProcess] = []

    /// What there was when it was ready, of the process alone and as a share of what it has with others.
    private var initialBytes = (alone: 0, share: 0)

    init(_ program: PeerProgram, _ entry: PeerProgram.Entry, _ benchmark: BenchmarkCase, count: Int) {
        self.role = program.role
        self.result = ContenderResult(
            name: entry.contender,
            kind: program.role == .ours ? .ours : .peer,
            note: entry.exception == nil ? entry.note : "",
            problem: entry.exception.map { "cannot: \($0)" }
        )
        let workers = benchmark.figure == .speedup ? [1, Self.workers] : [Self.workers]
        self.arguments = workers.map { program.command + [entry.work, entry.contender, "\($0)", "\(count)"] }
    }

    var isRunning: Bool { self.result.problem == nil }

    func start() throws {
        try self.orGivingUp {
            for arguments in self.arguments {
                let process = try ChildProcess(arguments)
                self.processes.append(process)
                guard let line = try process.line(within: Self.timeLimit) else {
                    throw ChildProcess.Failure("was not ready within \(Self.timeLimit)")
                }
                guard line == "ready" else { throw ChildProcess.Failure("said \(line.prefix(80))") }
                let tree = ProcessTree(root: process.pid)
                self.initialBytes = (tree.residentBytesOfRoot, tree.residentBytes)
            }
        }
    }

    /// Takes a sample, and keeps it unless it is for warming up.
    func sample(keeping: Bool) throws {
        try self.orGivingUp {
            let seconds = try self.processes.map { process in
                try process.write("measure")
                return try Self.answer(of: process)
            }
            if keeping { self.samples.append(seconds.count == 2 ? seconds[0] / seconds[1] : seconds[0]) }
        }
    }

    /// Sees how much memory there is: of a single process the most there ever was; several are looked at during one more
    /// sample, which is not timed.
    func weigh(isCold: Bool) throws {
        try self.orGivingUp {
            guard let process = self.processes.last else { return }
            let tree = ProcessTree(root: process.pid)
            guard !tree.descendants.isEmpty else {
                self.result.memory = MemoryUse(initial: self.initialBytes.alone, peak: tree.peakOfRoot)
                return
            }
            var peak = tree.residentBytes
            if !isCold {
                try process.write("measure")
                while try process.line(within: .milliseconds(10)) == nil { peak = max(peak, tree.residentBytes) }
            }
            self.result.memory = MemoryUse(initial: self.initialBytes.share, peak: peak)
        }
    }

    func end() {
        for process in self.processes { process.end() }
        self.processes = []
    }

    /// The result in the case's figure.
    func finish(_ value: (Double) -> Double) -> ContenderResult {
        self.result.samples = self.samples.map(value)
        return self.result
    }

    private static func answer(of process: ChildProcess) throws -> Double {
        guard let line = try process.line(within: self.timeLimit) else {
            throw ChildProcess.Failure("gave no answer within \(self.timeLimit)")
        }
        guard let seconds = Double(line), seconds > 0 else {
            throw ChildProcess.Failure(line.hasPrefix("error ") ? String(line.dropFirst(6)) : "said \(line.prefix(80))")
        }
        return seconds
    }

    /// A contender that fails is out, with its error, and the others go on.
    private func orGivingUp(_ body: () throws -> Void) throws {
        guard self.isRunning else { return }
        do {
            try body()
        } catch let failure as ChildProcess.Failure {
            self.result.problem = failure.description
            self.end()
        }
    }
}
