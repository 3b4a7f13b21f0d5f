// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Crypto
import Foundation
import Glibc
import Joblib
import JoblibCluster
import TestProcesses
import Testing

@testable import JoblibTCP

/// `joblib-worker --accept-executables`: hosts that are given their program.
@Suite("Executables that are received", .timeLimit(.minutes(3)), .serialized)
final class ExecutablesTests: ReceivingTools {
    @Test("What listens without a program is given this one, and runs it; the next time it has it")
    func listens() throws {
        let tool = try self.tool()
        let address = try tool.address
        let cluster = TestCluster([address], self.token)
        let tasks = (0..<100).map { Delayed(Root(of: Double($0 * $0))) }
        let wait = BackendParameter.waitForWorkers(atLeast: 2, within: .seconds(90))
        #expect(try cluster.parallel(nil, wait)(tasks) == (0..<100).map { Double($0) }, "\(tool.text)")
        let hash = SHA256.hash(data: try Data(contentsOf: URL(fileURLWithPath: "/proc/self/exe")))
        #expect(self.cached == [hash.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()])
        let path = "\(self.cache)/\(self.cached[0])"
        for place in [path, self.cache] {
            let mode = try FileManager.default.attributesOfItem(atPath: place)[.posixPermissions] as? Int
            #expect(mode == 0o700)
        }
        #expect(tool.text.ranges(of: "receives '").count == 1)
        try tool.signal(SIGTERM)
        #expect(try tool.waitUntilEnded() == 0)
        let second = try self.tool(["listen", address])
        #expect(try cluster.parallel(nil, wait)(tasks).count == 100)
        #expect(!second.text.contains("receives '"), "\(second.text)")
    }

    @Test("What dials is given the program of another coordinator next, when nobody wants the first one any more")
    func otherBuild() throws {
        let address = "127.0.0.1:\(Sockets.closedPort())"
        let tool = try self.tool(["dial", address])
        func run(_ program: String) throws -> String {
            let (process, output) = (Process(), Pipe())
            process.executableURL = BuildProducts.program(program)
            process.arguments = ["roots-of-those-who-dial", "10", address]
            process.environment = ProcessInfo.processInfo.environment.merging(["JOBLIB_TOKEN_FILE": self.tokenFile]) {
                $1
            }
            process.standardOutput = output
            process.standardError = output
            try process.run()
            let data = output.fileHandleForReading.readDataToEndOfFile()
            process.waitUntilExit()
            return String(decoding: data, as: UTF8.self)
        }
        #expect(try run("tcp-probe").hasPrefix("45.0"), "\(tool.text)")
        let parameters: [BackendParameter] = [
            .listen(address), .token(self.token), .waitForWorkers(atLeast: 2, within: .seconds(90)),
        ]
        #expect(
            try Parallel(backend: .tcp, backendParams: parameters)([Delayed(Root(of: 9))]) == [3],
            "\(tool.text)"
        )
        #expect(tool.text.contains("makes way for it") && self.cached.count == 2, "\(tool.text)")
    }

    @Test("Garbage, a wrong hash, and another processor's program are refused, named, and not kept")
    func garbage() throws {
        let tool = try self.tool()
        let garbage = (0..<700_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ 7) }
        #expect(try self.offer(garbage, to: tool).contains("what has come is no executable"))
        #expect(self.cached.isEmpty)
        let wrong = [UInt8](repeating: 7, count: 32)
        #expect(try self.offer(garbage, hash: wrong, to: tool).contains("has another SHA-256 than 0707"))
        #expect(self.cached.isEmpty)
        var foreign = Array(try Data(contentsOf: URL(fileURLWithPath: "/proc/self/exe")).prefix(100_000))
        foreign[18] ^= 0x40
        #expect(try self.offer(foreign, to: tool).contains("another processor"))
        #expect(self.cached.isEmpty)
        #expect(!tool.text.contains("started"))
        // It still is there for an honest one.
        try tool.signal(SIGTERM)
        #expect(try tool.waitUntilEnded() == 0)
    }

    @Test("An executable that lacks a shared library is not started, and the library is named at both ends")
    func missingLibrary() throws {
        let tool = try self.tool()
        var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: "/bin/true").resolvingSymlinksInPath()))
        let name = Array("libc.so.6".utf8)
        let start = try #require(bytes.indices.first { bytes[$0...].starts(with: name) })
        bytes[start + 3] = UInt8(ascii: "q")
        #expect(try self.offer(bytes, to: tool).contains("this machine lacks libq.so.6; install"), "\(tool.text)")
        try tool.wait(for: "lacks libq.so.6")
        #expect(self.cached.isEmpty && !tool.text.contains("started"))
        // A second time it is known.
        #expect(try self.offer(bytes, to: tool).contains("lacks libq.so.6"))
        #expect(tool.text.ranges(of: "receives '").count == 1)
    }

    @Test("A call whose program cannot be run there says why")
    func callIsTold() throws {
        let address = "127.0.0.1:\(Sockets.closedPort())"
        let peer = try FakePeer.coordinator(address, self.token, role: .tool) { connection, message in
            if case .offer(let offer) = message {
                connection.send(.unusable("'\(offer.name)': this machine lacks libq.so.6"))
            }
        } begin: { _ in
        }
        defer { peer.stop() }
        let parameters: [BackendParameter] = [
            .listen(address), .token(self.token), .waitForWorkers(within: .seconds(3)),
        ]
        let error = try #require(throws: ParallelError.self) {
            _ = try Parallel(backend: .tcp, backendParams: parameters)([Delayed(Root(of: 9))])
        }
        #expect(error.code == .noWorkers && error.detail.contains("this machine lacks libq.so.6"), "\(error)")
    }

    @Test("A full cache folder is named, and what was written is removed")
    func fullFolder() throws {
        // A file may have so many blocks of 512 bytes, which says the same as a disk without room.
        let tool = try self.tool(before: "trap '' XFSZ; ulimit -f 600")
        let bytes = [0x7f] + Array("ELF".utf8) + [UInt8](repeating: 0, count: 700_000)
        let answer = try self.offer(bytes, to: tool)
        #expect(answer.contains("the cache folder '\(self.cache)' is full"), "\(answer)")
        #expect(answer.contains("700004 bytes") && answer.contains("--cache"), "\(answer)")
        #expect(self.cached.isEmpty)
    }

    @Test("What is larger than the limit is refused, and what was not used for longest makes room")
    func limit() throws {
        let tool = try self.tool(["listen", "127.0.0.1:0"], ["--cache-limit", "1000K"])
        let cache = self.cache
        let large = [UInt8](repeating: 1, count: 1_024_001)
        let answer = try self.offer(large, to: tool)
        #expect(answer.contains("--cache-limit") && answer.contains("1024001 bytes"), "\(answer)")
        for (name, age) in [("old", 100.0), ("new", 50.0)] {
            let isMade = FileManager.default.createFile(
                atPath: "\(cache)/\(name)",
                contents: Data(count: 400_000),
                attributes: [.modificationDate: Date(timeIntervalSinceNow: -age), .posixPermissions: 0o700]
            )
            #expect(isMade)
        }
        #expect(try self.offer([UInt8](repeating: 2, count: 500_000), to: tool).contains("no executable"))
        #expect(self.cached == ["new"])
    }

    @Test("A cache folder that others can use, or that is a link, is refused with what to do")
    func folders() throws {
        let open = self.folder.appending(path: "open").path
        mkdir(open, 0o700)
        chmod(open, 0o750)
        let link = self.folder.appending(path: "link").path
        symlink(self.folder.path, link)
        for (path, text) in [
            (open, "chmod 700 '\(open)'"), (link, "name the folder itself"), (self.tokenFile, "no folder"),
        ] {
            let tool = try self.tool(["listen", "127.0.0.1:0"], ["--cache", path])
            #expect(try tool.waitUntilEnded() == 78)
            #expect(tool.text.contains(text), "\(tool.text)")
        }
        let tool = try self.tool(["listen", "127.0.0.1:0"], ["--cache-limit", "much"])
        #expect(try tool.waitUntilEnded() == 64)
        #expect(tool.text.contains("write a number of bytes"), "\(tool.text)")
    }

    @Test("Without the flag nothing is received, and one that names a program takes no other")
    func withoutFlag() throws {
        let program = BuildProducts.program("joblib-worker")
        let without = try HostRun(
            [:],
            program: program,
            arguments: ["listen", "127.0.0.1:0", "--token-file", self.tokenFile]
        )
        #expect(try without.waitUntilEnded() == 64)
        #expect(without.text.contains("start joblib-worker with --accept-executables, or name the program"))
        let both = try self.tool(["listen", "127.0.0.1:0"], ["--", "/bin/true"])
        #expect(try both.waitUntilEnded() == 64)
        #expect(both.text.contains("leave out --accept-executables"), "\(both.text)")
    }

    @Test("Two coordinators that want one worker: the second is told whose executable it receives")
    func twoCoordinators() throws {
        let tool = try self.tool()
        let offer = ExecutableOffer(name: "p", byteCount: 10, hash: [UInt8](repeating: 0, count: 32))
        let first = try FakePeer.coordinator(try tool.address, self.token) { $0.send(.offer(offer)) }
        defer { first.stop() }
        try Rendezvous().wait("it asks") { first.received.contains(.fetch(0)) }
        let error = try #require(throws: ParallelError.self) {
            let wait = BackendParameter.waitForWorkers(within: .seconds(2))
            _ = try TestCluster([tool.address], self.token).parallel(nil, wait)([Delayed(Root(of: 1))])
        }
        #expect(error.detail.contains("receives an executable of"), "\(error)")
        first.stop()
    }

    @Test("S18: pieces that were not asked for are refused", arguments: [0, 1, 2, 3])
    func wrongPieces(_ what: Int) throws {
        let tool = try self.tool()
        let answer = try self.offer([1, 2, 3, 4], to: tool) { connection, message in
            guard case .fetch = message else { return }
            switch what {
            case 0: connection.send(.piece(1, [1]))
            case 1: connection.send(.piece(0, []))
            case 2: connection.send(.piece(0, [1, 2, 3, 4, 5]))
            default: connection.send(.piece(.max, [1]))
            }
        }
        #expect(answer.contains("makes no sense"), "\(answer)")
        #expect(self.cached.isEmpty)
    }

    @Test(
        "S18: a tool that asks for what there is not, or for work, is shut out, and the call goes on",
        arguments: [0, 1, 2]
    )
    func hostileTool(_ what: Int) throws {
        let address = "127.0.0.1:\(Sockets.closedPort())"
        let host = try HostRun.dialling(address, slots: 2, self.token)
        let parameters: [BackendParameter] = [
            .listen(address), .token(self.token), .waitForWorkers(atLeast: 2, within: .seconds(30)),
        ]
        let parallel = Parallel(backend: .tcp, backendParams: parameters)
        #expect(try parallel([Delayed(Root(of: 9))]) == [3])
        let peer = try FakePeer.coordinator(address, self.token, role: .tool) { connection, message in
            guard case .offer(let offer) = message else { return }
            switch what {
            case 0: connection.send(.fetch(offer.byteCount))
            case 1: connection.send(.fetch(.max))
            default: connection.send(.answer(1, []))
            }
        } begin: { _ in
        }
        defer { peer.stop() }
        try Rendezvous().wait("it is shut out") { !peer.ends.isEmpty }
        #expect(try parallel([Delayed(Root(of: 9))]) == [3])
        _ = host
    }
}

#endif
