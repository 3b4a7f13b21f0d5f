// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCluster
import Testing

@testable import joblib_worker

@Suite("What a host says, and is told", .timeLimit(.minutes(1)))
struct HostRequestTests {
    private func request(_ kind: HostRequest.Kind, slots: String? = nil) throws -> HostRequest {
        HostRequest(kind: kind, address: try HostAddress("127.0.0.1:0"), slots: slots, tokenFile: "/t")
    }

    @Test("The environment names the file with the token and holds none, nor anything that would make another of it")
    func environment() throws {
        let own = [
            "PATH": "/bin", "JOBLIB_TOKEN": "secret", "JOBLIB_PLAINTEXT_ON_LOOPBACK": "1", "JOBLIB_WORKER_DIAL": "x:1",
            "JOBLIB_WORKER_SLOTS": "9", "JOBLIB_WORKER_MAKES_WAY": "1",
        ]
        let variables = try self.request(.listening, slots: "3").environment(from: own)
        #expect(
            variables == [
                "PATH": "/bin", "JOBLIB_WORKER_LISTEN": "127.0.0.1:0", "JOBLIB_WORKER_SLOTS": "3",
                "JOBLIB_TOKEN_FILE": "/t",
            ]
        )
        let others = try self.request(.dialling).environment(from: own)
        #expect(others["JOBLIB_WORKER_DIAL"] == "127.0.0.1:0" && others["JOBLIB_WORKER_LISTEN"] == nil)
        #expect(others["JOBLIB_WORKER_SLOTS"] == "9" && others["JOBLIB_WORKER_MAKES_WAY"] == nil)
        #expect(try self.request(.dialling).environment(from: [:], makesWay: true)["JOBLIB_WORKER_MAKES_WAY"] == "1")
    }

    @Test("One that has listened listens at the same port when it is started again")
    func port() throws {
        let offer = HostLine.Offer(workers: 2, credentials: "token a-b")
        var request = try self.request(.listening)
        request.note(.listening(at: "127.0.0.1:4711", offer))
        #expect(request.address.port == 4711)
        request.note(.listening(at: "nonsense", offer))
        #expect(request.address.port == 4711)
        var other = try self.request(.dialling)
        other.note(.dialling("127.0.0.1:4711", offer))
        #expect(other.address.port == 0)
    }

    @Test("A program without a slash is looked for in PATH")
    func program() throws {
        #expect(try ProgramFile(named: "sh", searching: "/nowhere:/bin").path == "/bin/sh")
        #expect(throws: WorkerFailure.self) { try ProgramFile(named: "sh", searching: "/nowhere") }
        #expect(throws: WorkerFailure.self) { try ProgramFile(named: "") }
    }
}
