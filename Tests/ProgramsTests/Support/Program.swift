// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation

/// A built program of this package, run in a child process.
struct Program {
    /// What a run left behind.
    struct Outcome {
        var status: Int32
        var output: Data
        var error: String

        var text: String { String(decoding: self.output, as: UTF8.self) }

        /// The lines on stderr.
        var errorLines: [Substring] { self.error.split(separator: "\n", omittingEmptySubsequences: true) }
    }

    static let speedup = Program(name: "joblib-speedup")
    static let wordcount = Program(name: "joblib-wordcount")
    static let hosts = Program(name: "joblib-hosts")
    static let worker = Program(name: "joblib-worker")

    let name: String

    /// Runs the program to its end.
    func run(
        _ arguments: [String],
        in directory: TemporaryDirectory,
        environment: [String: String] = [:]
    ) throws -> Outcome {
        let run = try ProgramRun(self.name, arguments, in: directory, environment: environment)
        return run.outcome()
    }

    /// Starts the program, with stderr as a terminal if asked for, or stdout as one with so many rows.
    func start(
        _ arguments: [String],
        in directory: TemporaryDirectory,
        environment: [String: String] = [:],
        onTerminal: Bool = false,
        outputRows: Int? = nil
    ) throws -> ProgramRun {
        try ProgramRun(
            self.name,
            arguments,
            in: directory,
            environment: environment,
            onTerminal: onTerminal,
            outputRows: outputRows
        )
    }

    /// The directory of the built programs: the nearest one above the tests that holds them.
    static let directory: URL = {
        for path in Self.imagePaths {
            var directory = URL(fileURLWithPath: path).resolvingSymlinksInPath()
            while directory.path != "/" {
                directory.deleteLastPathComponent()
                let program = directory.appendingPathComponent(Self.speedup.name)
                if FileManager.default.isExecutableFile(atPath: program.path) { return directory }
            }
        }
        fatalError("no built programs near \(Self.imagePaths)")
    }()

    /// Where the code of the tests may lie: the process that runs them may be a helper elsewhere.
    private static var imagePaths: [String] {
        let bundles = Bundle.allBundles.map(\.bundlePath).filter { $0.hasSuffix(".xctest") }
        let maps = (try? String(contentsOfFile: "/proc/self/maps", encoding: .utf8)) ?? ""
        let mapped = maps.split(separator: "\n")
            .compactMap { line in
                line.firstIndex(of: "/").map { String(line[$0...]) }
            }
        return bundles + mapped.filter { $0.hasSuffix(".xctest") } + CommandLine.arguments.prefix(1)
    }
}
