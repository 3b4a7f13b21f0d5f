// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCluster
import Testing

@testable import joblib_worker

@Suite("What a host says, and is told", .timeLimit(.minutes(1)))
struct HostRequestTests {
    @Test("The announcement is found among other lines, however it comes")
    func announcement() {
        let text = "hello\njoblib host: listening at 127.0.0.1:4711 with 2 workers, token a-b\nmore\n"
        var reader = AnnouncementReader()
        for byte in text.utf8 {
            reader.add([byte])
        }
        #expect(reader.announcement == .listening(at: "127.0.0.1:4711"))
        reader = AnnouncementReader()
        reader.add(Array("joblib host: dialling desk:7077 with 1 worker, token a-b\n".utf8))
        #expect(reader.announcement == .dialling)
    }

    @Test(
        "Other lines are none, and one without end takes no memory",
        arguments: [
            "joblib host: cannot listen at x: y z\n", "joblib host: listening at 127.0.0.1:1\n", "\n\n",
            "x joblib host: listening at 127.0.0.1:1 with 2\n", "joblib host: listening at 127.0.0.1:1 with 2 workers",
            String(repeating: "x", count: 1 << 20),
            String(repeating: " ", count: 2000) + "joblib host: listening at 127.0.0.1:1 with 2 workers\n",
        ]
    )
    func others(_ text: String) {
        var reader = AnnouncementReader()
        reader.add(Array(text.utf8))
        #expect(reader.announcement == nil)
    }

    private func request(_ kind: HostRequest.Kind, slots: String? = nil) throws -> HostRequest {
        HostRequest(kind: kind, address: try HostAddress("127.0.0.1:0"), slots: slots, tokenFile: "/t")
    }

    @Test("The environment names the file with the token and holds none, nor anything that would make another of it")
    func environment() throws {
        let own = [
            "PATH": "/bin", "JOBLIB_TOKEN": "secret", "JOBLIB_PLAINTEXT_ON_LOOPBACK": "1", "JOBLIB_WORKER_DIAL": "x:1",
            "JOBLIB_WORKER_SLOTS": "9",
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
        #expect(others["JOBLIB_WORKER_SLOTS"] == "9")
    }

    @Test("One that has listened listens at the same port when it is started again")
    func port() throws {
        var request = try self.request(.listening)
        request.note(.listening(at: "127.0.0.1:4711"))
        #expect(request.address.port == 4711)
        request.note(.listening(at: "nonsense"))
        #expect(request.address.port == 4711)
        var other = try self.request(.dialling)
        other.note(.dialling)
        #expect(other.address.port == 0)
    }

    @Test("A program without a slash is looked for in PATH")
    func program() throws {
        #expect(try ProgramFile(named: "sh", searching: "/nowhere:/bin").path == "/bin/sh")
        #expect(throws: WorkerFailure.self) { try ProgramFile(named: "sh", searching: "/nowhere") }
        #expect(throws: WorkerFailure.self) { try ProgramFile(named: "") }
    }
}
