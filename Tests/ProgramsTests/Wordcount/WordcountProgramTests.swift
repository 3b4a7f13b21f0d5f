// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Testing

@Suite("joblib-wordcount as a program", .timeLimit(.minutes(1)))
struct WordcountProgramTests {
    private let directory: TemporaryDirectory

    init() throws { self.directory = try TemporaryDirectory() }

    @Test(
        "The listing of a directory is that of wc, whatever the backend",
        arguments: ["C", "C.UTF-8"],
        ["threading", "multiprocessing", "loky"]
    )
    func agreesWithWC(locale: String, backend: String) throws {
        for (name, bytes) in TrickyFiles.all { try self.directory.write(bytes, to: "tree/\(name)") }
        try self.compareWithWC("tree", locale: locale, backend: backend)
    }

    // Text, not archives: in arbitrary bytes one finds characters that one Unicode version has and another has not.
    static let realDirectories = ["/usr/include", "/usr/include/linux", "/usr/share/common-licenses"]
        .filter { FileManager.default.fileExists(atPath: $0) }

    @Test("The totals of real files are those of wc", arguments: Self.realDirectories, ["C", "C.UTF-8"])
    func agreesOnRealFiles(path: String, locale: String) throws {
        try self.compareWithWC(path, locale: locale)
    }

    /// Compares with `wc` over the same files, line by line.
    private func compareWithWC(_ path: String, locale: String, backend: String = "threading") throws {
        let script = "find \"$1\" -type f -print0 | LC_ALL=C sort -z | wc --files0-from=- | sed 's/^ *//; s/  */ /g'"
        let wc = try Self.shell(script, path, in: self.directory, locale: locale)
        try #require(!wc.isEmpty, "this test needs GNU find, sort and wc")

        // GNU wc changed its mind about words of unprintable characters in version 9.4.
        let probe = try Self.shell("printf '\\001' | wc -w", path, in: self.directory, locale: "C")
        let isNew = probe.trimmingCharacters(in: .whitespacesAndNewlines) == "1"
        let outcome = try Program.wordcount.run(
            (isNew ? ["--count-unprintable"] : []) + ["--backend", backend, path],
            in: self.directory,
            environment: ["LC_ALL": locale]
        )
        let ours = outcome.text.split(separator: "\n")
            .map { line in
                line.drop { $0 == " " }.replacing(#/ +/#, with: " ")
            }
        let theirs = wc.split(separator: "\n").map(String.init)
        #expect(ours.count == theirs.count)
        let difference = zip(ours, theirs).first { $0 != $1 }
        #expect(difference == nil, "ours \(difference?.0 ?? ""), theirs \(difference?.1 ?? "")")
    }

    private static func shell(
        _ script: String,
        _ argument: String,
        in directory: TemporaryDirectory,
        locale: String
    ) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", script, "sh", argument]
        process.currentDirectoryURL = directory.url
        process.environment = ProcessInfo.processInfo.environment.merging(["LC_ALL": locale]) { $1 }
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: output, as: UTF8.self)
    }

    @Test("What cannot be read is reported and does not stop the others")
    func unreadable() throws {
        // Permissions do not stop root: these cannot be read by anybody.
        try self.directory.write("one two\n".utf8, to: "tree/good.txt")
        try FileManager.default.createSymbolicLink(
            atPath: self.directory.path("dangling"),
            withDestinationPath: "nowhere"
        )
        let loop = self.directory.path("loop")
        try FileManager.default.createSymbolicLink(atPath: loop, withDestinationPath: "loop")
        let outcome = try Program.wordcount.run(["missing", "tree", "dangling", "loop"], in: self.directory)
        #expect(outcome.status == 1)
        #expect(outcome.text == "1 2 8 tree/good.txt\n1 2 8 total\n")
        #expect(outcome.errorLines.count == 3)
        for name in ["missing", "dangling", "loop"] {
            #expect(outcome.errorLines.contains { $0.hasPrefix("joblib-wordcount: \(name): ") })
        }
    }

    @Test("A path that is a symbolic link is followed, one below a path is not, and a cycle does no harm")
    func symbolicLinks() throws {
        try self.directory.write("a\n".utf8, to: "tree/sub/a")
        let files = FileManager.default
        try files.createSymbolicLink(atPath: self.directory.path("link"), withDestinationPath: "tree")
        try files.createSymbolicLink(atPath: self.directory.path("tree/cycle"), withDestinationPath: "..")
        try files.createSymbolicLink(atPath: self.directory.path("tree/b"), withDestinationPath: "sub/a")
        let outcome = try Program.wordcount.run(["link"], in: self.directory)
        #expect(outcome.status == 0)
        #expect(outcome.text == "1 1 2 link/sub/a\n")
    }

    @Test("--total prints the total only, even of one file or none")
    func totalOnly() throws {
        try self.directory.write("a b\n".utf8, to: "one")
        try FileManager.default.createDirectory(
            atPath: self.directory.path("empty"),
            withIntermediateDirectories: false
        )
        #expect(try Program.wordcount.run(["--total", "one"], in: self.directory).text == "1 2 4 total\n")
        #expect(try Program.wordcount.run(["--total", "empty"], in: self.directory).text == "0 0 0 total\n")
    }

    static let wrongArguments: [[String]] = [
        [], ["--jobs", "0", "x"], ["--jobs", "2000", "x"], ["--jobs", "many", "x"], ["--jobs"],
        ["--backend", "nope", "x"], ["--frobnicate", "x"], [""], ["--jobs", "a\nb", "x"],
    ]

    @Test("A wrong value gets one line on stderr and status 64", arguments: Self.wrongArguments)
    func wrongValue(_ arguments: [String]) throws {
        let outcome = try Program.wordcount.run(arguments, in: self.directory)
        #expect(outcome.status == 64)
        #expect(outcome.output.isEmpty)
        #expect(outcome.error.hasPrefix("joblib-wordcount: "))
        #expect(outcome.error.filter(\.isNewline).count == 1)
    }

    @Test("--jobs counts as nJobs does: -1 is every CPU, -2 all but one", arguments: ["-1", "-2", "-1000", "1", "3"])
    func jobs(_ count: String) throws {
        try self.directory.write("a b\n".utf8, to: "one")
        let outcome = try Program.wordcount.run(["--jobs", count, "one"], in: self.directory)
        #expect(outcome.status == 0 && outcome.error.isEmpty, "\(outcome.error)")
        #expect(outcome.text.hasPrefix("1 2 4 one\n"))
    }

    @Test("0 jobs are refused, with what to write instead")
    func noJobs() throws {
        let outcome = try Program.wordcount.run(["--jobs", "0", "x"], in: self.directory)
        #expect(outcome.error.contains("0 is not a job count; write 1 for one job or -1 for every CPU"))
    }

    @Test("--help succeeds")
    func help() throws {
        let outcome = try Program.wordcount.run(["--help"], in: self.directory)
        #expect(outcome.status == 0)
        #expect(outcome.error.isEmpty)
        #expect(outcome.text.contains("--jobs") && outcome.text.contains("--backend"))
    }

    @Test(
        "Ctrl-C stops in time, in the middle of a file, with what was counted",
        arguments: ["sequential", "threading", "loky"]
    )
    func interruption(backend: String) throws {
        try self.directory.write("one two\n".utf8, to: "a")
        let pipe = self.directory.path("pipe")
        #expect(mkfifo(pipe, 0o600) == 0)
        // One worker: it reads the pipe after it has counted the file.
        let run = try Program.wordcount.start(
            ["--jobs", "1", "--backend", backend, "a", "pipe"],
            in: self.directory
        )
        // Returns when the program has opened the other end.
        let writer = open(pipe, O_WRONLY)
        defer { close(writer) }
        let clock = ContinuousClock()
        let start = clock.now
        run.interrupt()
        let outcome = run.outcome()
        #expect(clock.now - start < .seconds(5))
        #expect(outcome.status == 130)
        #expect(outcome.error.contains("interrupted: 1 of the 2 files found were counted"))
        #expect(outcome.text == "1 2 8 a\n")
    }
}
