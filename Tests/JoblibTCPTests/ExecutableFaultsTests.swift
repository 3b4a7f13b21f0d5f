// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Foundation
import Glibc
import Joblib
import JoblibCluster
import TestProcesses
import Testing

@testable import JoblibTCP

/// `joblib-worker --accept-executables`, and what does not go well.
@Suite("Executables that are received and fail", .timeLimit(.minutes(3)), .serialized)
final class ExecutableFaultsTests: ReceivingTools {
    private static let wait = BackendParameter.waitForWorkers(atLeast: 2, within: .seconds(90))

    private func contents(of path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: path).resolvingSymlinksInPath()))
    }

    private func isWell(_ address: String) throws -> Bool {
        let tasks = (0..<100).map { Delayed(Root(of: Double($0 * $0))) }
        return try TestCluster([address], self.token).parallel(nil, Self.wait)(tasks) == (0..<100).map { Double($0) }
    }

    private func host(of tool: HostRun) throws -> Int32 {
        try #require(tool.text.matches(of: /started '[^']+', process (\d+)/).last.flatMap { Int32($0.output.1) })
    }

    @Test(
        "One that is no host, or dies at its start, is refused with what it has written, and the next one is served",
        arguments: [
            ("/bin/cp", "3 times in a row"), ("/bin/cp", "missing file operand"),
            ("/bin/true", "has to link JoblibTCP"),
        ]
    )
    func dies(_ path: String, _ text: String) throws {
        let tool = try self.tool()
        let address = try tool.address
        let answer = try self.offer(try self.contents(of: path), to: tool)
        #expect(answer.contains(text), "\(answer)")
        #expect(!answer.contains("has to link") || path == "/bin/true", "\(answer)")
        #expect(try self.isWell(address), "\(tool.text)")
        try tool.signal(SIGTERM)
        #expect(try tool.waitUntilEnded() == 0)
    }

    @Test("One that was built with a newer C library is not started, and what is missing is named at both ends")
    func missingVersion() throws {
        let tool = try self.tool()
        var bytes = try self.contents(of: "/bin/true")
        // The loader compares their names.
        let name = Array("GLIBC_2.34\0".utf8)
        let start = try #require(bytes.indices.first { bytes[$0...].starts(with: name) })
        bytes[start + 6] = UInt8(ascii: "9")
        #expect(try self.offer(bytes, to: tool).contains("libc.so.6 lacks GLIBC_9.34"), "\(tool.text)")
        try tool.wait(for: "libc.so.6 lacks GLIBC_9.34; build it on a system no newer than this one")
        #expect(self.cached.isEmpty && !tool.text.contains("started"))
    }

    @Test("One that somebody has removed from the cache is received again when its host dies")
    func evicted() throws {
        let tool = try self.tool()
        let address = try tool.address
        #expect(try self.isWell(address), "\(tool.text)")
        try FileManager.default.removeItem(atPath: "\(self.cache)/\(try #require(self.cached.first))")
        kill(try self.host(of: tool), SIGKILL)
        try tool.wait(for: "is in the cache no longer")
        #expect(try self.isWell(address), "\(tool.text)")
        #expect(tool.text.ranges(of: "receives '").count == 2 && self.cached.count == 1, "\(tool.text)")
    }

    @Test("A host that has turned away many strangers makes way for another build")
    func strangers() throws {
        let tool = try self.tool()
        let address = try tool.address
        let enough = self.folder.appending(path: "enough").path
        let run = try HostRun(
            ["JOBLIB_TOKEN_FILE": self.tokenFile],
            program: BuildProducts.program("tcp-probe"),
            arguments: ["stream", enough, "2", "90", "workers", address]
        )
        for text in ["receives '", "has '", "works for"] { try tool.wait(for: text) }
        try run.wait(for: "task ")
        #expect(FileManager.default.createFile(atPath: enough, contents: nil))
        #expect(try run.waitUntilEnded() == 0 && run.text.contains("right: "), "\(run.text)")
        try tool.wait(for: "no longer works for")
        let strangers = try (0..<10).map { _ in try FakePeer.coordinator(address, .generate()) { _ in } }
        defer { for stranger in strangers { stranger.stop() } }
        try tool.wait(for: "says no more of")
        for stranger in strangers { stranger.stop() }
        // The very first call waits until its executable is there.
        #expect(try self.isWell(address), "\(tool.text)")
        #expect(tool.text.contains("makes way for it") && self.cached.count == 2, "\(tool.text)")
    }
}

#endif
