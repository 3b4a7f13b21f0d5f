// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Foundation
import Testing

@Suite("joblib-worker status on a terminal", .timeLimit(.minutes(2)), .serialized)
struct StatusProgramTests {
    private let directory: TemporaryDirectory

    init() throws { self.directory = try TemporaryDirectory() }

    /// The pictures that are complete, each as the lines of which it is drawn.
    private func pictures(_ transcript: String) -> [[String]] {
        // A terminal has what begins a line added to what ends one.
        let end = "\u{1b}[K\r\n\u{1b}[J"
        return transcript.components(separatedBy: "\u{1b}[H").dropFirst().filter { $0.hasSuffix(end) }
            .map { $0.dropLast(end.count).components(separatedBy: "\u{1b}[K\r\n") }
    }

    @Test("draws the table anew in its place, as much of it as there are rows for, until nobody answers")
    func redraws() throws {
        let token = self.directory.url.appendingPathComponent("token").path
        let text = try Program.worker.run(["token", "new"], in: self.directory).text
        let isMade = FileManager.default.createFile(
            atPath: token,
            contents: Data(text.utf8),
            attributes: [.posixPermissions: 0o600]
        )
        #expect(isMade)
        let variables = [
            "JOBLIB_WORKER_LISTEN": "127.0.0.1:0", "JOBLIB_WORKER_SLOTS": "2", "JOBLIB_TOKEN_FILE": token,
            "JOBLIB_WORKER_ORPHAN_SECONDS": "100",
        ]
        let host = try Program.hosts.start([], in: self.directory, environment: variables)
        defer { host.interrupt() }
        var address: String?
        let end = Date(timeIntervalSinceNow: 60)
        while address == nil, Date() < end {
            usleep(10_000)
            address = host.errorText.firstMatch(of: /listening at (\S+) with/).map { String($0.output.1) }
        }
        let arguments = ["status", try #require(address), "--token-file", token, "--interval", "0.1"]
        let run = try Program.worker.start(arguments, in: self.directory, outputRows: 3)
        let small = self.pictures(run.waitForTerminal { self.pictures($0).count >= 3 })
        #expect(small.count >= 3 && small.allSatisfy { $0.count == 2 && $0[1].hasPrefix("host ") }, "\(small)")
        run.resizeTerminal(rows: 24)
        let large = self.pictures(run.waitForTerminal { self.pictures($0).last?.count == 3 })
        let last = try #require(large.last)
        #expect(last[0].hasPrefix("host ") && last[1].contains("round trip") && last[2].hasSuffix("ready"), "\(last)")
        host.interrupt()
        let outcome = run.outcome()
        #expect(outcome.status == 69 && outcome.error.contains("does not answer any more"), "\(outcome.error)")
        #expect(host.outcome().status == 0)
    }
}

#endif
