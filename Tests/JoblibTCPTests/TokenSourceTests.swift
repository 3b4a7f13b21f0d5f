// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Foundation
import Glibc
import JoblibCore
import Testing

@testable import JoblibTCP

/// Where tokens come from.
@Suite(.timeLimit(.minutes(1)))
struct TokenSourceTests {
    private let token = ClusterToken.generate()

    @Test("A file that is its user's alone is read, with or without a line break", arguments: ["", "\n", "\r\n"])
    func file(end: String) throws {
        try self.withFile(self.token.secretText + end) { path in
            for mode: mode_t in [0o600, 0o400] {
                try #require(chmod(path, mode) == 0)
                #expect(try ClusterToken(fromFile: path) == self.token)
            }
        }
    }

    @Test(
        "S10: a file that others can use is refused, with the command to run",
        arguments: [0o644, 0o640, 0o604, 0o620, 0o601]
    )
    func openFile(mode: Int) throws {
        try self.withFile(self.token.secretText) { path in
            #expect(chmod(path, mode_t(mode)) == 0)
            try self.expectRefusal(of: path, saying: "chmod 600 '\(path)'")
        }
    }

    @Test("S10: a link to a file is refused")
    func link() throws {
        try self.withFile(self.token.secretText) { path in
            let link = path + ".link"
            #expect(symlink(path, link) == 0)
            try self.expectRefusal(of: link, saying: "is a link")
        }
    }

    @Test("S10: another user's file is refused, with the command to run")
    func foreignFile() throws {
        try self.withFile(self.token.secretText) { path in
            // Only root can give files away; anybody else has files of root's to look at.
            let foreign = geteuid() == 0 ? path : "/etc/passwd"
            if geteuid() == 0 { try #require(chown(path, 65_534, 65_534) == 0) }
            try self.expectRefusal(of: foreign, saying: "chown \"$(id -u)\" '\(foreign)'")
        }
    }

    @Test("What is no file of a token is refused")
    func otherFiles() throws {
        try self.expectRefusal(of: "/dev/null", saying: "no regular file")
        try self.expectRefusal(of: "/nowhere/token", saying: "is not there; correct its name, or make one")
        try self.withFile("") { path in
            try self.expectRefusal(of: path, saying: "is empty")
            try self.expectRefusal(of: (path as NSString).deletingLastPathComponent, saying: "no regular file")
            #expect(unlink(path) == 0)
            #expect(mkfifo(path, 0o600) == 0)
            try self.expectRefusal(of: path, saying: "no regular file")
        }
        try self.withFile(String(repeating: "a", count: 2000)) { path in
            try self.expectRefusal(of: path, saying: "more in it")
        }
        try self.withFile("hunter2\n") { path in
            try self.expectRefusal(of: path, saying: "ClusterToken.generate()")
        }
    }

    @Test("S10: the variable is taken out and kept, and children do not inherit it")
    func variable() async {
        await #expect(processExitsWith: .success) {
            let token = ClusterToken.generate()
            setenv("JOBLIB_TOKEN", token.secretText, 1)
            let read = try ClusterToken.fromEnvironment()
            #expect(read == token)
            #expect(getenv("JOBLIB_TOKEN") == nil)
            // Every call of a process needs it.
            #expect(try ClusterToken.fromEnvironment() == token)

            let child = Process()
            let pipe = Pipe()
            child.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            child.standardOutput = pipe
            try child.run()
            let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            child.waitUntilExit()
            #expect(output.contains("PATH="))
            #expect(!output.contains(token.secretText))

            for file in ["cmdline", "environ"] {
                let bytes = try Data(contentsOf: URL(fileURLWithPath: "/proc/self/\(file)"))
                #expect(!bytes.contains(Array(token.secretText.utf8)))
            }
        }
    }

    @Test("S10: the file comes before the variable, which is taken out all the same")
    func order() async {
        await #expect(processExitsWith: .success) {
            let (first, second) = (ClusterToken.generate(), ClusterToken.generate())
            let path = NSTemporaryDirectory() + "joblib-token-\(UUID().uuidString)"
            defer { unlink(path) }
            try Data(first.secretText.utf8).write(to: URL(fileURLWithPath: path))
            try #require(chmod(path, 0o600) == 0)
            setenv("JOBLIB_TOKEN_FILE", path, 1)
            setenv("JOBLIB_TOKEN", second.secretText, 1)
            #expect(try ClusterToken.fromEnvironment() == first)
            #expect(getenv("JOBLIB_TOKEN") == nil)

            setenv("JOBLIB_TOKEN_FILE", "/nowhere", 1)
            setenv("JOBLIB_TOKEN", second.secretText, 1)
            #expect(throws: ParallelError.self) { try ClusterToken.fromEnvironment() }
            #expect(getenv("JOBLIB_TOKEN") == nil)
        }
    }

    @Test("Without either variable there is no token")
    func neither() async {
        await #expect(processExitsWith: .success) {
            unsetenv("JOBLIB_TOKEN")
            unsetenv("JOBLIB_TOKEN_FILE")
            let token = try ClusterToken.fromEnvironment()
            #expect(token == nil)
        }
    }

    @Test("S11: a variable that somebody made up is refused by its name")
    func madeUpVariable() async {
        await #expect(processExitsWith: .success) {
            setenv("JOBLIB_TOKEN", "hunter2", 1)
            let error = try #require(throws: ParallelError.self) { try ClusterToken.fromEnvironment() }
            #expect(error.detail.hasPrefix("JOBLIB_TOKEN does not begin with jlt1_"))
            #expect(!error.detail.contains("hunter2"))
        }
    }

    // MARK: - Helpers

    private func withFile(_ contents: String, _ body: (String) throws -> Void) throws {
        let folder = NSTemporaryDirectory() + "joblib-token-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = folder + "/token"
        try #require(
            FileManager.default.createFile(
                atPath: path,
                contents: Data(contents.utf8),
                attributes: [.posixPermissions: 0o600]
            )
        )
        try body(path)
    }

    private func expectRefusal(of path: String, saying text: String) throws {
        let error = try #require(throws: ParallelError.self) { try ClusterToken(fromFile: path) }
        #expect(error.code == .invalidToken)
        #expect(error.detail.contains(text))
        #expect(!error.detail.contains(self.token.secretText))
    }
}

extension Data {
    func contains(_ bytes: [UInt8]) -> Bool { self.range(of: Data(bytes)) != nil }
}

#endif
