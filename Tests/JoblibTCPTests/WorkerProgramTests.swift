// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Foundation
import Glibc
import Joblib
import JoblibTCP
import TestProcesses
import Testing

/// `joblib-worker` as a program, which keeps this very program as a host.
@Suite("joblib-worker keeps a host", .timeLimit(.minutes(2)), .serialized)
final class WorkerProgramTests {
    private let token = ClusterToken.generate()
    private let folder: URL
    private let tokenFile: String

    init() throws {
        registerTCPBackend()
        self.folder = FileManager.default.temporaryDirectory.appending(path: "joblib-worker-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: self.folder, withIntermediateDirectories: true)
        self.tokenFile = self.folder.appending(path: "token").path
        let isMade = FileManager.default.createFile(
            atPath: self.tokenFile,
            contents: Data("\(self.token.secretText)\n".utf8),
            attributes: [.posixPermissions: 0o600]
        )
        try #require(isMade)
    }

    deinit { try? FileManager.default.removeItem(at: self.folder) }

    private static let program = BuildProducts.program("joblib-worker")
    private static let host = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().path

    private func worker(_ arguments: [String], host: String = WorkerProgramTests.host, _ more: [String] = []) throws
        -> HostRun
    {
        try HostRun(
            [:],
            program: Self.program,
            arguments: arguments + ["--token-file", self.tokenFile] + more + ["--", host]
        )
    }

    private func listening() throws -> (HostRun, TestCluster) {
        let worker = try self.worker(["listen", "127.0.0.1:0", "--slots", "2"])
        return (worker, TestCluster([try worker.address], self.token))
    }

    /// The process of the host that was started last.
    private func host(of worker: HostRun) throws -> Int32 {
        try #require(worker.text.matches(of: /started '[^']+', process (\d+)/).last.flatMap { Int32($0.output.1) })
    }

    @Test("What it starts is a host, with as many workers as it says")
    func serves() throws {
        let (worker, cluster) = try self.listening()
        #expect(try cluster.isWell(2))
        #expect(worker.text.contains("with 2 workers, token \(self.token.fingerprint)"), "\(worker.text)")
    }

    @Test("One that dials is waited for by a coordinator that listens")
    func dials() throws {
        let address = "127.0.0.1:\(Sockets.closedPort())"
        let worker = try self.worker(["dial", address, "--slots", "2"])
        let parameters: [BackendParameter] = [
            .listen(address), .token(self.token), .waitForWorkers(atLeast: 2, within: .seconds(30)),
        ]
        #expect(try Parallel(backend: .tcp, backendParams: parameters)([Delayed(Root(of: 4))]) == [2], "\(worker.text)")
    }

    @Test("A host that dies is started again, at the same port, and the call goes on")
    func restarts() throws {
        let (worker, cluster) = try self.listening()
        let rendezvous = Rendezvous()
        let call = BackgroundCall { try cluster.parallel(2)((0..<2).map { Delayed(Held($0, rendezvous)) }) }
        try rendezvous.waitForBegun(2)
        let first = try self.host(of: worker)
        kill(first, SIGKILL)
        try worker.wait(for: "was ended by signal 9; it is started again now")
        // Each task begins once more, on the second host.
        try rendezvous.waitForBegun(4)
        rendezvous.open()
        #expect(try call.value().count == 2)
        #expect(try self.host(of: worker) != first)
        #expect(Set(worker.text.matches(of: /listening at (\S+) with/).map { String($0.output.1) }).count == 1)
    }

    @Test("SIGTERM has the host finish what it has begun, and the status is 0", arguments: [SIGTERM, SIGINT])
    func drains(_ signal: Int32) throws {
        let (worker, cluster) = try self.listening()
        let rendezvous = Rendezvous()
        let call = BackgroundCall { try cluster.parallel(2)((0..<2).map { Delayed(Held($0, rendezvous)) }) }
        try rendezvous.waitForBegun(2)
        try worker.signal(signal)
        try worker.wait(for: "leaves when it has done what it has begun")
        #expect(!call.isOver)
        rendezvous.open()
        #expect(try call.value().allSatisfy { $0 > 0 })
        #expect(rendezvous.begun.count == 2)
        #expect(try worker.waitUntilEnded() == 0)
    }

    @Test("A second SIGTERM ends host and workers at once, with status 143")
    func endsAtOnce() throws {
        let (worker, cluster) = try self.listening()
        let rendezvous = Rendezvous()
        let call = BackgroundCall { try cluster.parallel(2, .hostTimeout(.zero))([Delayed(Held(0, rendezvous))]) }
        try rendezvous.waitForBegun(1)
        try worker.signal(SIGTERM)
        try worker.wait(for: "leaves when it has done what it has begun")
        try worker.signal(SIGTERM)
        #expect(try worker.waitUntilEnded() == 143)
        #expect(ProcessState.haveEnded(rendezvous.begun.map(\.pid) + [try self.host(of: worker)], within: 15))
        #expect(throws: (any Error).self) { try call.value() }
    }

    @Test("When it is killed, host and workers end")
    func isKilled() throws {
        let (worker, cluster) = try self.listening()
        let rendezvous = Rendezvous()
        let call = BackgroundCall { try cluster.parallel(2, .hostTimeout(.zero))([Delayed(Held(0, rendezvous))]) }
        try rendezvous.waitForBegun(1)
        try worker.signal(SIGKILL)
        #expect(ProcessState.haveEnded(rendezvous.begun.map(\.pid) + [try self.host(of: worker)], within: 15))
        #expect(throws: (any Error).self) { try call.value() }
    }

    @Test("S10: the token is in no command line, environment or output")
    func hidesToken() throws {
        let (worker, cluster) = try self.listening()
        #expect(try cluster.isWell(2))
        for pid in [try worker.pid, try self.host(of: worker)] {
            for file in ["cmdline", "environ"] {
                let bytes = try Data(contentsOf: URL(fileURLWithPath: "/proc/\(pid)/\(file)"))
                #expect(!bytes.isEmpty && bytes.firstRange(of: Data(self.token.secretText.utf8)) == nil)
            }
        }
        #expect(!worker.text.contains(self.token.secretText))
    }

    @Test(
        "S2: a host that dials with a foreign token says so, and is kept, since the coordinator may be given the right one"
    )
    func foreignToken() throws {
        let address = "127.0.0.1:\(Sockets.closedPort())"
        let worker = try self.worker(["dial", address])
        let parameters: [BackendParameter] = [
            .listen(address), .token(.generate()), .waitForWorkers(within: .seconds(4)),
        ]
        let error = try #require(throws: ParallelError.self) {
            _ = try Parallel(backend: .tcp, backendParams: parameters)([Delayed(Root(of: 1))])
        }
        #expect(error.detail.contains("the token does not match"), "\(error)")
        try worker.wait(for: "the token does not match")
        try worker.signal(SIGTERM)
        #expect(try worker.waitUntilEnded() == 0)
    }

    // MARK: - What it refuses

    @Test("Without a token it does not begin, and says how to make one", arguments: [nil, "jlt1_secret"] as [String?])
    func withoutToken(_ held: String?) throws {
        let variables = ["JOBLIB_TOKEN_FILE": "", "JOBLIB_TOKEN": held ?? ""]
        let before = "unset JOBLIB_TOKEN_FILE\(held == nil ? " JOBLIB_TOKEN" : "")"
        let worker = try HostRun(
            variables.merging(["JOBLIB_TEST_BEFORE": before]) { $1 },
            program: Self.program,
            arguments: ["listen", "127.0.0.1:0", "--", Self.host]
        )
        #expect(try worker.waitUntilEnded() == 78)
        #expect(
            worker.text.contains("joblib-worker token new") && worker.text.contains("--token-file"),
            "\(worker.text)"
        )
        #expect(!worker.text.contains("jlt1_secret") && !worker.text.contains("started"))
    }

    @Test("A token file that others can read, or that holds none, is refused with the remedy")
    func badTokenFile() throws {
        chmod(self.tokenFile, 0o644)
        let open = try self.worker(["listen", "127.0.0.1:0"])
        #expect(try open.waitUntilEnded() == 78)
        #expect(open.text.contains("chmod 600"), "\(open.text)")
        chmod(self.tokenFile, 0o600)
        try Data("hunter2\n".utf8).write(to: URL(fileURLWithPath: self.tokenFile))
        let made = try self.worker(["listen", "127.0.0.1:0"])
        #expect(try made.waitUntilEnded() == 78)
        #expect(made.text.contains("joblib-worker token new") && !made.text.contains("hunter2"), "\(made.text)")
    }

    @Test(
        "What cannot be a host is named, with the remedy",
        arguments: [
            (["listen", "nonsense"], "/bin/true", 64, "host:port"),
            (["dial", "127.0.0.1:0"], "/bin/true", 64, "no port to dial"),
            (["listen", "127.0.0.1:0", "--slots", "0"], "/bin/true", 64, "write 1 to 65536"),
            (["listen", "127.0.0.1:0", "--slots", "x"], "/bin/true", 64, "write 1 to 65536"),
            (["listen", "127.0.0.1:0"], "/nowhere/program", 64, "there is no '/nowhere/program'"),
            (["listen", "127.0.0.1:0"], "no-such-program", 64, "./no-such-program"),
            (["listen", "127.0.0.1:0"], "/etc", 64, "is no file"),
            (["listen", "127.0.0.1:0"], "/etc/passwd", 64, "chmod u+x"),
            (["listen", "127.0.0.1:0"], "/bin/true", 78, "has to link JoblibTCP"),
            (["listen", "127.0.0.1:0"], "/bin/false", 78, "3 times in a row"),
            (["listen", "192.0.2.1:7077"], WorkerProgramTests.host, 78, "cannot listen at 192.0.2.1:7077"),
        ]
    )
    func refuses(_ arguments: [String], _ host: String, _ status: Int, _ text: String) throws {
        let worker = try self.worker(arguments, host: host)
        #expect(try worker.waitUntilEnded() == status, "\(worker.text)")
        #expect(worker.text.contains("joblib-worker: ") || status == 64, "\(worker.text)")
        #expect(worker.text.contains(text), "\(worker.text)")
    }

    @Test("A program that runs its own main for ever is ended, and one that is no program is named")
    func ownMain() throws {
        let script = self.folder.appending(path: "script").path
        try Data("#!/bin/sh\nexec sleep 1000\n".utf8).write(to: URL(fileURLWithPath: script))
        chmod(script, 0o700)
        let worker = try self.worker(["listen", "127.0.0.1:0"], host: script, ["--start-limit", "1"])
        #expect(try worker.waitUntilEnded() == 78)
        #expect(worker.text.contains("seems to run its own main"), "\(worker.text)")
        #expect(ProcessState.haveEnded([try self.host(of: worker)], within: 15))
        try Data([0x7f, 0x45, 0x4c, 0x46] + [UInt8](repeating: 7, count: 100)).write(to: URL(fileURLWithPath: script))
        let garbage = try self.worker(["listen", "127.0.0.1:0"], host: script)
        #expect(try garbage.waitUntilEnded() == 78)
        #expect(garbage.text.contains("has to be an executable for this machine"), "\(garbage.text)")
    }

    @Test("A program that does not link the backend, and is of this package, says so itself")
    func otherProgram() throws {
        let worker = try self.worker(["listen", "127.0.0.1:0"], host: BuildProducts.program("joblib-wordcount").path)
        #expect(try worker.waitUntilEnded() == 69)
        #expect(worker.text.contains("JOBLIB_WORKER_LISTEN is set") && worker.text.contains("serves no other machines"))
    }

    @Test("A new token each time, and both ends take it")
    func tokens() async throws {
        let arguments = ["token", "new"]
        let texts = try await ProgramRun.runInTurn(Self.program, [arguments, arguments]).map(\.output)
        #expect(texts[0] != texts[1])
        for text in texts { _ = try ClusterToken(text.trimmingCharacters(in: .whitespacesAndNewlines)) }
    }
}

#endif
