// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Glibc
import Joblib
import JoblibPOSIX
import JoblibTCP

/// Sleeps, and says where it has run.
struct Visit: PortableTask {
    /// Which task this was, its square, and the worker that has run it, as `host:pid`.
    struct Answer: Codable, Sendable {
        var index: Int
        var square: Int
        var worker: String
    }

    let index: Int
    let milliseconds: UInt32

    func run() throws -> Answer {
        usleep(self.milliseconds * 1000)
        return Answer(
            index: self.index,
            square: self.index * self.index,
            worker: "\(ProcessIdentity.hostName):\(getpid())"
        )
    }
}

/// Tasks without end, until a file is there.
struct Visits: Sequence, IteratorProtocol {
    let last: String
    let milliseconds: UInt32
    private var index = 0

    init(until last: String, milliseconds: UInt32) {
        (self.last, self.milliseconds) = (last, milliseconds)
    }

    mutating func next() -> Delayed<Visit.Answer>? {
        if access(self.last, F_OK) == 0 { return nil }
        defer { self.index += 1 }
        return Delayed(Visit(index: self.index, milliseconds: self.milliseconds))
    }
}

/// A call that goes on until somebody says that it is enough, and tells of each result: what may go wrong meanwhile has its time.
enum Stream {
    /// The hosts of a call.
    ///
    /// - Parameters:
    ///   - kind: `workers` and `listen`, with addresses; `ssh`, with machines; otherwise `launch`, with a command line.
    ///   - words: Those.
    /// - Returns: The parameter; what is launched has two workers each.
    /// - Throws: What a command line throws that is none.
    static func hosts(_ kind: String, _ words: [String]) throws -> BackendParameter {
        switch kind {
        case "workers": return .workers(words)
        case "listen": return .listen(words[0])
        case "ssh": return .launch(.ssh(words), workersPerHost: 2)
        default:
            let launcher: CommandLauncher = try .commandLine(words[0])
            return .launch(launcher, workersPerHost: 2)
        }
    }

    /// Runs tasks of 50 ms until there is a file, and prints where each has run, and in the end whether each has come once and is right.
    ///
    /// - Parameters:
    ///   - last: The file.
    ///   - wait: How many workers to wait for, and for how long.
    ///   - hosts: Where they are.
    /// - Throws: What the call throws.
    static func run(until last: String, _ wait: BackendParameter, _ hosts: BackendParameter) throws {
        var seen = Set<Int>()
        var wrong = 0
        try parallelConfig(backend: "tcp", backendParams: [hosts, wait]) {
            let answers = try Parallel(batchSize: 1)(
                Visits(until: last, milliseconds: 50),
                returnAs: .generatorUnordered
            )
            while let answer = try answers.next() {
                let isRight = answer.square == answer.index * answer.index && seen.insert(answer.index).inserted
                if !isRight { wrong += 1 }
                print("task \(answer.index) on \(answer.worker)")
                // Whoever follows this reads a file.
                fflush(nil)
            }
        }
        let isWhole = wrong == 0 && seen.count == (seen.max() ?? -1) + 1
        print(isWhole ? "right: \(seen.count) tasks, each once" : "WRONG: \(wrong) of \(seen.count) tasks")
    }
}

#endif
