// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Foundation
import JoblibTCP
import TestProcesses
import Testing

@Suite("joblib-hosts as a program, with two hosts on this machine", .timeLimit(.minutes(2)))
final class HostsProgramTests {
    private let folder: URL
    private let token: String

    init() async throws {
        self.folder = FileManager.default.temporaryDirectory.appending(path: "joblib-hosts-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: self.folder, withIntermediateDirectories: true)
        // As people are told to make one.
        self.token = self.folder.appending(path: "token").path
        let made = try await Self.shell("umask 077; \"$0\" token >\"$1\"", [Self.program.path, self.token])
        try #require(made.status == 0, "\(made.output)")
    }

    deinit { try? FileManager.default.removeItem(at: self.folder) }

    private static let program = BuildProducts.program("joblib-hosts")

    private static func shell(_ script: String, _ arguments: [String]) async throws -> ProgramRun {
        try await ProgramRun.run(URL(fileURLWithPath: "/bin/sh"), ["-c", script] + arguments)
    }

    /// Runs the program with the token, and nothing else of it in the environment.
    private func run(_ arguments: [String], locale: String = "C") async throws -> ProgramRun {
        let script = "JOBLIB_TOKEN_FILE=$0 LC_ALL=$1; export JOBLIB_TOKEN_FILE LC_ALL; shift; exec \"$@\""
        return try await Self.shell(script, [self.token, locale, Self.program.path] + arguments)
    }

    private func host(_ variables: [String: String]) throws -> HostRun {
        let own = ["JOBLIB_TOKEN_FILE": self.token, "JOBLIB_WORKER_SLOTS": "2"]
        return try HostRun(own.merging(variables) { $1 }, program: Self.program)
    }

    /// Text of several parts, with characters of several bytes across their cuts.
    private func writeTree() throws -> URL {
        let tree = self.folder.appending(path: "tree")
        try FileManager.default.createDirectory(at: tree, withIntermediateDirectories: true)
        try Data(String(repeating: "äö üß€ 𝄞 x\n", count: 100_003).utf8).write(to: tree.appending(path: "large"))
        for number in 0..<50 {
            let text = String(repeating: "word \(number)\n", count: number * 17)
            try Data(text.utf8).write(to: tree.appending(path: "small \(number)"))
        }
        return tree
    }

    @Test("What it counts on hosts that it dials is what wc counts", arguments: ["C", "C.UTF-8"])
    func dials(locale: String) async throws {
        let tree = try self.writeTree()
        let hosts = try (0..<2).map { _ in try self.host(["JOBLIB_WORKER_LISTEN": "127.0.0.1:0"]) }
        let addresses = try hosts.map { try $0.address }.joined(separator: ",")
        let ours = try await self.run(["--workers", addresses, "--wait", "4", "--total", tree.path], locale: locale)
        let count = "find \"$0\" -type f -exec cat {} + | LC_ALL=$1 wc | awk '{ print $1, $2, $3 }'"
        let theirs = try await Self.shell(count, [tree.path, locale])
        let numbers = theirs.output.trimmingCharacters(in: .whitespacesAndNewlines)
        let printed = ours.output.split(separator: " ", omittingEmptySubsequences: true).prefix(3)
        #expect(printed.joined(separator: " ") == numbers, "\(ours.output)")
        #expect(ours.status == 0)
        // Both have worked, and the token is nobody's to see.
        for host in hosts { #expect(host.text.contains("works for") && !host.text.contains("jlt1_")) }
    }

    @Test("What dials in is waited for, and what cannot be read is told of")
    func listens() async throws {
        try Data("one two\n".utf8).write(to: self.folder.appending(path: "file"))
        // A free port, as far as one can know.
        let probe = try self.host(["JOBLIB_WORKER_LISTEN": "127.0.0.1:0"])
        let address = try probe.address
        try probe.signal(SIGTERM)
        #expect(try probe.waitUntilEnded() == 0)
        let host = try self.host(["JOBLIB_WORKER_DIAL": address])
        let path = self.folder.appending(path: "file").path
        let missing = self.folder.appending(path: "missing").path
        let run = try await self.run(["--listen", address, "--wait", "2", "--within", "30", missing, path])
        #expect(run.output.contains("1 2 8 \(path)\n"), "\(run.output)")
        #expect(run.output.contains("joblib-hosts: \(missing): "), "\(run.output)")
        #expect(run.status == 1)
        _ = host
    }

    @Test(
        "What it counts on hosts that it launches is what wc counts, and needs no token",
        arguments: ["env", "srun -N2", "ssh hosta"]
    )
    func launches(command: String) async throws {
        let tools = try FakeTools()
        let tree = try self.writeTree()
        let script = "unset JOBLIB_TOKEN_FILE; LC_ALL=C exec \"$0\" --launch \"$1\" --total \"$2\""
        let ours = try await Self.shell(script, [Self.program.path, command, tree.path])
        let theirs = try await Self.shell(
            "find \"$0\" -type f -exec cat {} + | LC_ALL=C wc | awk '{ print $1, $2, $3 }'",
            [tree.path]
        )
        let numbers = theirs.output.trimmingCharacters(in: .whitespacesAndNewlines)
        let printed = ours.output.split(separator: " ", omittingEmptySubsequences: true).prefix(3)
        #expect(printed.joined(separator: " ") == numbers && ours.status == 0, "\(ours.output)")
        if command != "env" { #expect(tools.calls.contains { $0.hasPrefix(command.prefix(3)) }) }
    }

    @Test("What it launches may be elsewhere, and dials where it is told to")
    func launchesElsewhere() async throws {
        let tools = try FakeTools()
        let file = self.folder.appending(path: "file").path
        try Data("one two\n".utf8).write(to: URL(fileURLWithPath: file))
        let copy = self.folder.appending(path: "a copy").path
        try FileManager.default.copyItem(atPath: Self.program.path, toPath: copy)
        let script = "unset JOBLIB_TOKEN_FILE; exec \"$@\""
        let run = try await Self.shell(
            script,
            [
                "sh", Self.program.path, "--launch", "ssh hosta", "--launch-program", copy, "--listen", "127.0.0.1:0",
                "--dial-address", "localhost:0", file,
            ]
        )
        #expect(run.output.contains("1 2 8 \(file)") && run.status == 0, "\(run.output)")
        let call = try #require(tools.calls.first { $0.hasPrefix("ssh") })
        #expect(call.contains("JOBLIB_WORKER_DIAL=localhost:") && call.contains("'\(copy)'"), "\(call)")
    }

    @Test("Where what it launches brings no host, it says why and ends with status 69")
    func launchesNobody() async throws {
        let file = self.folder.appending(path: "file").path
        try Data("word\n".utf8).write(to: URL(fileURLWithPath: file))
        let run = try await self.run(["--launch", "false", file])
        #expect(run.status == 69 && run.output.contains("'false' ended with status 1"), "\(run.output)")
    }

    @Test(
        "A wrong value gets one line on stderr and status 64",
        arguments: [
            [], ["x"], ["--workers", "a"], ["--workers", "nonsense", "x"], ["--workers", "a:0", "x"],
            ["--workers", "a:1,", "x"], ["--listen", "127.0.0.1:0", "--wait", "0", "x"],
            ["--workers", "a:1", "--within", "0", "x"], ["--workers", "a:1", ""], ["--token", "jlt1_secret", "x"],
            ["--launch", "srun 'x", "x"], ["--launch", "", "x"], ["--launch-count", "2", "--workers", "a:1", "x"],
            ["--launch", "srun -N2", "--launch-count", "3", "x"], ["--launch", "mpirun", "x"],
            ["--launch-program", "x", "--workers", "a:1", "x"],
            ["--dial-address", "a:1", "--listen", "127.0.0.1:0", "x"],
            ["--launch", "env", "--launch-program", "", "x"], ["--launch", "env", "--dial-address", "nonsense", "x"],
        ]
    )
    func wrongValue(_ arguments: [String]) async throws {
        // Some are seen only when a file is to be counted.
        let file = self.folder.appending(path: "file").path
        try Data("word\n".utf8).write(to: URL(fileURLWithPath: file))
        let run = try await self.run(arguments.map { $0 == "x" ? file : $0 })
        #expect(run.status == 64, "\(run.output)")
        #expect(run.output.hasPrefix("joblib-hosts: "), "\(run.output)")
        #expect(run.output.filter(\.isNewline).count == 1, "\(run.output)")
    }

    @Test("Where no host is, it says so and ends with status 69")
    func nobody() async throws {
        let file = self.folder.appending(path: "file").path
        try Data("word\n".utf8).write(to: URL(fileURLWithPath: file))
        let run = try await self.run(["--workers", "127.0.0.1:1", "--within", "1", file])
        #expect(run.status == 69, "\(run.output)")
        #expect(run.output.contains("none came"), "\(run.output)")
    }

    @Test("A new token each time, and both ends take it")
    func tokens() async throws {
        let texts = try await ProgramRun.runInTurn(Self.program, [["token"], ["token"]]).map(\.output)
        #expect(texts[0] != texts[1])
        for text in texts { _ = try ClusterToken(text.trimmingCharacters(in: .whitespacesAndNewlines)) }
    }

    @Test("A program that does not link JoblibTCP is no host, also with the trait: it says so, and ends with status 69")
    func others() async throws {
        let wordcount = BuildProducts.program("joblib-wordcount").path
        let run = try await Self.shell("JOBLIB_WORKER_LISTEN=127.0.0.1:0 exec \"$0\"", [wordcount])
        #expect(run.status == 69)
        #expect(run.output.contains("JOBLIB_WORKER_LISTEN") && run.output.contains("JoblibTCP"), "\(run.output)")
    }
}

#endif
